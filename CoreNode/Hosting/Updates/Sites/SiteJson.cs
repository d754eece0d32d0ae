using System.Text.Json;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>What a member says of what it reaches, as JSON (docs/formats.md).</summary>
internal static class SiteJson
{
    /// <summary>The longest answer that is read.</summary>
    public const int MaxBytes = 4096;

    /// <summary>Writes it.</summary>
    public static byte[] Write(WitnessAccount account)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("member", account.Member);
            json.WriteBoolean("inCluster", account.IsInCluster);
            if (account.IsLeaving)
                json.WriteBoolean("leaving", true);
            if (account.IsAskerReached is { } isAskerReached)
                json.WriteBoolean("reachesYou", isAskerReached);
            if (account.IsServerReached is { } isServerReached)
            {
                json.WriteString("server", account.Server);
                json.WriteBoolean("reachesServer", isServerReached);
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Reads it; null if it is none. What is unknown is skipped.</summary>
    public static WitnessAccount? Read(ReadOnlyMemory<byte> bytes, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement page = document.RootElement;
            return page.ValueKind == JsonValueKind.Object && Flag(page, "inCluster") is { } isInCluster
                ? new WitnessAccount(
                    name, isInCluster, Flag(page, "reachesYou"), Text(page, "server"), Flag(page, "reachesServer"))
                {
                    Member = Text(page, "member"),
                    IsLeaving = Flag(page, "leaving") == true,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool? Flag(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? field.ValueKind == JsonValueKind.True
            : null;

    private static string Text(JsonElement page, string name) =>
        page.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.String
            ? field.GetString() ?? ""
            : "";
}
