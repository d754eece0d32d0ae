using System.Buffers;
using System.Text;
using System.Text.Json;
using CoreNode.Database;
using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>Policies as the database keeps them: as people write them.</summary>
internal static class PolicyText
{
    /// <summary>One line of JSON.</summary>
    public static string Write(RolloutPolicy policy)
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text))
            PolicyCodec.Write(json, policy);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>What became of what, as in "maxAtATime null to 50"; empty if nothing did.</summary>
    public static string Changes(RolloutPolicy before, RolloutPolicy after)
    {
        List<string> changes = [];
        using JsonDocument old = JsonDocument.Parse(Write(before));
        using JsonDocument json = JsonDocument.Parse(Write(after));
        foreach (JsonProperty now in json.RootElement.EnumerateObject())
        {
            string was = old.RootElement.GetProperty(now.Name).GetRawText();
            if (was != now.Value.GetRawText())
                changes.Add($"{now.Name} {was} to {now.Value.GetRawText()}");
        }

        return string.Join(", ", changes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="DamagedDatabaseException">It is no policy.</exception>
    public static RolloutPolicy Read(string path, string text)
    {
        List<string> faults = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            if (PolicyCodec.Read(json.RootElement, faults) is { } policy)
                return policy;
        }
        catch (JsonException fault)
        {
            faults.Add(fault.Message);
        }

        throw new DamagedDatabaseException(
            path, 0, $"{path} holds a policy that is none ({string.Join("; ", faults)}): restore a backup");
    }
}
