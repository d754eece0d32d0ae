using System.Text;
using System.Text.Json;

namespace CoreNode.Api.Client.UpdateServer;

/// <summary>What an update server told.</summary>
/// <param name="Root">Its JSON; undefined where it only said that it is done.</param>
/// <param name="Json">As it came, without line feed.</param>
public sealed record ToldPage(JsonElement Root, string Json)
{
    /// <summary>Reads a body.</summary>
    internal static ToldPage Parse(byte[] body)
    {
        if (body.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            return new ToldPage(default, "");
        using JsonDocument document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new ToldPage(document.RootElement.Clone(), Encoding.UTF8.GetString(body).TrimEnd('\n'))
            : throw new JsonException("not an object");
    }
}
