using System.Text.Json.Nodes;

namespace CoreNode.Tests.Faults;

/// <summary>An event as a watcher was told it.</summary>
internal sealed record WatchedEvent(long Index, string Action, string Key, string? Value)
{
    public static WatchedEvent Parse(string line)
    {
        JsonNode root = JsonNode.Parse(line)!;
        JsonNode node = root["node"] ?? throw new InvalidDataException($"a watcher was told {line}");
        return new WatchedEvent(
            (long)node["modifiedIndex"]!, (string)root["action"]!, (string)node["key"]!, (string?)node["value"]);
    }

    /// <summary>Whether a line of a stream says that its reader was too slow: the last one.</summary>
    public static bool IsEndOfSlowStream(string line) => line.Contains("\"errorCode\":400", StringComparison.Ordinal);

    public override string ToString() => $"{Action} {Key}={LoadOperation.Short(Value)} at {Index}";
}
