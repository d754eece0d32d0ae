using System.Text.Json.Nodes;

namespace CoreNode.Tests.Faults;

/// <summary>An event as a watcher was told it.</summary>
internal sealed record WatchedEvent(long Index, string Action, string Key, string? Value)
{
    public static WatchedEvent Parse(string line)
    {
        JsonNode root = JsonNode.Parse(line)!;
        JsonNode node = root["node"]!;
        return new WatchedEvent(
            (long)node["modifiedIndex"]!, (string)root["action"]!, (string)node["key"]!, (string?)node["value"]);
    }

    public override string ToString() => $"{Action} {Key}={LoadOperation.Short(Value)} at {Index}";
}
