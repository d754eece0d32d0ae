using System.Globalization;
using System.Text.Json.Nodes;

namespace CoreNode.Tests.Faults;

/// <summary>A key as the server shows it.</summary>
internal sealed record StoredKey(string Value, long ModifiedIndex, long CreatedIndex, string? Expiration)
{
    /// <summary>When it expires, by the server's own deadline.</summary>
    public DateTimeOffset? ExpiresAt => Expiration is null
        ? null
        : DateTimeOffset.Parse(Expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>From a node object of an answer; null for a directory or a deleted key.</summary>
    public static StoredKey? From(JsonNode node) => node["value"] is { } value
        ? new StoredKey(
            (string)value!,
            (long)node["modifiedIndex"]!,
            (long)node["createdIndex"]!,
            (string?)node["expiration"])
        : null;

    public override string ToString() =>
        $"{LoadOperation.Short(Value)} (modified {ModifiedIndex}, created {CreatedIndex}, "
        + $"expires {Expiration ?? "never"})";
}
