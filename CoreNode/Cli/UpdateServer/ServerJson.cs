using System.Text;
using System.Text.Json;

namespace CoreNode.Cli.UpdateServer;

/// <summary>Bodies of orders.</summary>
internal static class ServerJson
{
    /// <summary>An object whose members somebody writes.</summary>
    public static string Write(Action<Utf8JsonWriter> members)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>A member, if there is something to say.</summary>
    public static void WriteIf(this Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }
}
