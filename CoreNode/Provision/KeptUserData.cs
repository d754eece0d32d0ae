using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>
/// The user data of the last boot as it is kept for one at which no source answers: a JSON object with "version" 1 and
/// "inputs". Pure. The text holds secrets.
/// </summary>
public static class KeptUserData
{
    private const int Version = 1;

    /// <summary>As a text.</summary>
    public static byte[] Write(IReadOnlyList<UserData> inputs)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteStartArray("inputs");
            foreach (UserData input in inputs)
                WriteInput(json, input);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    /// <summary>Out of a text; null: it is damaged, or a later version's.</summary>
    public static IReadOnlyList<UserData>? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.GetProperty("version").GetInt32() != Version)
                return null;
            List<UserData> inputs = [];
            foreach (JsonElement one in document.RootElement.GetProperty("inputs").EnumerateArray())
                inputs.Add(ReadInput(one));
            return inputs;
        }
        catch (Exception damaged) when (damaged is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    private static void WriteInput(Utf8JsonWriter json, UserData input)
    {
        json.WriteStartObject();
        json.WriteString("source", input.Source);
        json.WriteBase64String("content", input.Content.Span);
        json.WriteString("hostname", input.Hostname);
        json.WriteStartArray("sshKeys");
        foreach (string key in input.SshKeys)
            json.WriteStringValue(key);
        json.WriteEndArray();
        json.WriteString("publicIPv4", input.Addresses.PublicIPv4);
        json.WriteString("privateIPv4", input.Addresses.PrivateIPv4);
        json.WriteString("publicIPv6", input.Addresses.PublicIPv6);
        json.WriteString("privateIPv6", input.Addresses.PrivateIPv6);
        json.WriteBoolean("oem", input.IsOem);
        json.WriteEndObject();
    }

    private static UserData ReadInput(JsonElement one) => new(
        Text(one, "source"), one.GetProperty("content").GetBytesFromBase64())
    {
        Hostname = Text(one, "hostname"),
        SshKeys = JsonTexts.Of(one.GetProperty("sshKeys")),
        Addresses = new MachineAddresses
        {
            PublicIPv4 = Text(one, "publicIPv4"),
            PrivateIPv4 = Text(one, "privateIPv4"),
            PublicIPv6 = Text(one, "publicIPv6"),
            PrivateIPv6 = Text(one, "privateIPv6"),
        },
        IsOem = one.GetProperty("oem").GetBoolean(),
    };

    private static string Text(JsonElement one, string name) => one.GetProperty(name).GetString() ?? "";
}
