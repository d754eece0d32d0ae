using System.CommandLine;
using System.Text.Json;

namespace CoreNode.Cli.UpdateServer;

/// <summary>What a group is beside its name, as options.</summary>
internal sealed class GroupFields
{
    private readonly Option<string?> _channel = new("--channel")
    {
        Description = "the channel that it follows; \"none\" for none",
        HelpName = "CHANNEL",
    };

    private readonly Option<string?> _track = new("--track")
    {
        Description = "what machines may call it besides; groups for several boards may share one",
        HelpName = "TRACK",
    };

    private readonly Option<string?> _description = new("--description")
    {
        Description = "for people",
        HelpName = "TEXT",
    };

    /// <summary>Its policy.</summary>
    public PolicyOptions Policy { get; } = new();

    /// <summary>All but the policy's.</summary>
    public IReadOnlyList<Option> All => [_channel, _track, _description];

    /// <summary>The number of the channel that is named; 0 for none, null if nothing is said.</summary>
    public async Task<long?> ChannelAsync(ServerCall call, string app) => call.Parsed.GetValue(_channel) switch
    {
        null => null,
        "none" => 0,
        var name => (await call.ChannelAsync(app, name)).Number("id"),
    };

    /// <summary>Writes what is said.</summary>
    public void Write(Utf8JsonWriter json, ParseResult parsed, long? channel)
    {
        if (channel is { } number)
            json.WriteNumber("channel", number);
        json.WriteIf("track", parsed.GetValue(_track));
        json.WriteIf("description", parsed.GetValue(_description));
        Policy.Write(json, parsed);
    }
}
