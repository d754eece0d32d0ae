using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CoreNode.Store;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// Keepers as keys of the store, both ways (docs/formats.md). All stand beside each other: a folder for each payload
/// would stay behind. Pure.
/// </summary>
public static class KeeperKeys
{
    /// <summary>Where they stand.</summary>
    public const string Prefix = "/_coreos.com/updates/payloads";

    /// <summary>Keepers that a payload may have at once.</summary>
    public const int MostSlots = 8;

    private const int Version = 1;
    private const int HashLength = 64;

    /// <summary>The key of a payload's keeper.</summary>
    /// <param name="sha256">The payload's hash in small hex digits.</param>
    /// <param name="slot">The keeper's place.</param>
    public static string Of(string sha256, int slot) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}/{sha256}-{slot}");

    /// <summary>True if it is a SHA-256 in small hex digits.</summary>
    public static bool IsHash(string text)
    {
        if (text.Length != HashLength)
            return false;
        foreach (char one in text)
        {
            if (!char.IsAsciiHexDigitLower(one))
                return false;
        }

        return true;
    }

    /// <summary>What stands at the key.</summary>
    public static string Write(string machine, IReadOnlyList<string> peerUrls, long first)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("machine", machine);
            json.WriteStartArray("peerUrls");
            foreach (string url in peerUrls)
                json.WriteStringValue(url);
            json.WriteEndArray();
            json.WriteNumber("base", first);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>A keeper and its payload; null for what is no keeper that this version knows.</summary>
    public static Keeper? Read(KvNode node, out string sha256)
    {
        sha256 = "";
        string name = node.Key[(node.Key.LastIndexOf('/') + 1)..];
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        if (node.IsDirectory || node.Value is not { } value || dash != HashLength || !IsHash(name[..dash])
            || !int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int slot)
            || slot >= MostSlots)
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return null;
            List<string> urls = [];
            foreach (JsonElement url in root.GetProperty("peerUrls").EnumerateArray())
                urls.Add(url.GetString() ?? "");
            sha256 = name[..dash];
            return new Keeper(
                slot, root.GetProperty("machine").GetString() ?? "", urls,
                Math.Max(0, root.GetProperty("base").GetInt64()), node.CreatedIndex, node.ModifiedIndex);
        }
        catch (Exception bad) when (bad is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }
}
