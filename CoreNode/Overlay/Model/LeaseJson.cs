using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using CoreNode.Overlay.Net;

namespace CoreNode.Overlay.Model;

/// <summary>
/// Values of leases, byte for byte as flannel 0.5.5 writes them and with today's fields where IPv6 is on. Reading takes
/// what Go would take: any case, unknown fields, null for nothing. Pure.
/// </summary>
public static class LeaseJson
{
    private const int LongestText = 4096;

    /// <summary>Writes one.</summary>
    public static string Write(LeaseValue value)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("PublicIP", value.PublicV4?.ToString() ?? "0.0.0.0");
            if (value.PublicV6 is not null)
                json.WriteString("PublicIPv6", value.PublicV6.ToString());
            if (value.Backend.Length > 0)
                json.WriteString("BackendType", value.Backend);
            WriteDevice(json, "BackendData", value.MacV4);
            WriteDevice(json, "BackendV6Data", value.MacV6);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Reads one; null and what is wrong with it for what is none.</summary>
    public static LeaseValue? Read(string text, out string problem)
    {
        problem = "its value is no JSON object of flannel's";
        if (text.Length > LongestText)
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            List<ConfigProblem> problems = [];
            ConfigFields fields = new(document.RootElement, "", problems);
            LeaseValue value = new(
                ReadAddress(fields, "PublicIP", true), ReadAddress(fields, "PublicIPv6", false),
                fields.Text("BackendType") ?? "", ReadDevice(fields, "BackendData"),
                ReadDevice(fields, "BackendV6Data"));
            problem = problems.Count > 0 ? problems[0].ToString() : "";
            if (value.PublicV4 is null && value.PublicV6 is null && problem.Length == 0)
                problem = "PublicIP: is missing";
            return problem.Length == 0 ? value : null;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void WriteDevice(Utf8JsonWriter json, string name, MacAddress? mac)
    {
        if (mac is null)
            return;
        json.WriteStartObject(name);
        json.WriteString("VtepMAC", mac.ToString());
        json.WriteEndObject();
    }

    private static IPAddress? ReadAddress(ConfigFields fields, string name, bool isV4)
    {
        string? text = fields.Text(name);
        // What has no IPv4 address has this.
        if (string.IsNullOrEmpty(text) || text is "0.0.0.0" or "::")
            return null;
        IPAddress? address = AddressMath.ReadAddress(text);
        if (address is not null && AddressMath.IsV4(address) == isV4)
            return address;
        fields.Complain(name, $"\"{Short(text)}\" is no address of {(isV4 ? "IPv4" : "IPv6")}");
        return null;
    }

    // Other backends have other things there, which are not looked at.
    private static MacAddress? ReadDevice(ConfigFields fields, string name)
    {
        if (fields.Optional(name) is not { } device)
            return null;
        string? text = device.Text("VtepMAC");
        if (text is null)
            return null;
        if (MacAddress.TryParse(text, out MacAddress? mac))
            return mac;
        device.Complain("VtepMAC", $"\"{Short(text)}\" is no MAC address");
        return null;
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
