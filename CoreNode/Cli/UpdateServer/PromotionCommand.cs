using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server channel rule</c>: where a channel's package goes next, and when.</summary>
internal static class PromotionCommand
{
    public static CliCommand Build(ServerCommand make)
    {
        Argument<string> from = ChannelCommands.Name();
        Option<string?> to = new("--to")
        {
            Description = "the channel that gets it next; \"none\" takes the rule away",
            HelpName = "CHANNEL",
        };
        Option<string?> soak = new("--soak")
        {
            Description = "how long it must have been in this channel, such as 3d",
            HelpName = "TIME",
        };
        Option<string?> errors = new("--max-errors")
        {
            Description = "most failures among the machines that ended with it, such as 2%",
            HelpName = "SHARE",
        };
        Option<ulong> least = NumberOption.Count("--min-succeeded", "fewest machines that run it", int.MaxValue);
        Option<bool> itself = new("--automatic") { Description = "it goes by itself once it may" };
        return make.Make(
            new CliCommand("rule", "say where a channel's package goes next, and when")
            {
                Details = "Without options it tells whether the package may go on, and if not, why.",
                Examples =
                [
                    ("corenode update-server channel rule beta --to stable --soak 3d --max-errors 2% --automatic",
                        "beta proves each release for three days"),
                    ("corenode update-server channel rule beta", "may it go on now?"),
                    ("corenode update-server channel rule beta --to none", "only by hand from now on"),
                ],
            },
            [from, to, soak, errors, least, itself, make.Options.App, make.Options.Board],
            async call =>
            {
                string app = await call.AppPathAsync();
                JsonElement channel = await call.ChannelAsync(app, call.Parsed.GetValue(from)!);
                string path = $"channels/{ServerCall.Id(channel)}/promotion";
                string name = channel.Text("name");
                if (call.Parsed.GetValue(to) is not { Length: > 0 } target)
                    return await LookAsync(call, path, name);
                if (target == "none")
                {
                    ToldPage gone = await call.OrderAsync(HttpMethod.Delete, path);
                    return call.Show(gone, $"what {name} leads to goes on by hand only");
                }

                long number = (await call.ChannelAsync(app, target)).Number("id");
                ToldPage changed = await call.OrderAsync(HttpMethod.Put, path, json =>
                {
                    json.WriteNumber("to", number);
                    json.WriteIf("soak", call.Parsed.GetValue(soak));
                    if (call.Parsed.GetValue(errors) is { } share)
                        json.WriteNumber("maxErrorShare", PolicyOptions.Percent("--max-errors", share) / 100);
                    if (call.Parsed.GetResult(least) is not null)
                        json.WriteNumber("minSucceeded", call.Parsed.GetValue(least));
                    json.WriteBoolean("automatic", call.Parsed.GetValue(itself));
                });
                return call.Show(changed, $"what {name} leads to goes on to {target}"
                    + (call.Parsed.GetValue(itself) ? " by itself" : " by `channel promote`"));
            });
    }

    private static async Task<int> LookAsync(ServerCall call, string path, string name)
    {
        ToldPage verdict = await call.GetAsync(path);
        string until = verdict.Root.Moment("until") is null ? "" : $", {verdict.Root.When("until", call.Now)}";
        return call.Show(verdict, string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {(verdict.Root.Flag("ready") ? "may go on" : "not yet")}: {verdict.Root.Text("text")}{until}"));
    }
}
