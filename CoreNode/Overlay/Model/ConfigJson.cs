using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CoreNode.Overlay.Model;

/// <summary>
/// flannel's configuration as JSON. As in flannel names of fields may have any case, unknown ones are left alone, and
/// null is as good as nothing. Pure.
/// </summary>
public static class ConfigJson
{
    private const string Udp =
        "udp is not served: it copied each packet to a program and back; vxlan needs no more of the network than it";

    /// <summary>Reads a configuration and says all that is wrong with it.</summary>
    public static ConfigReading Read(string text)
    {
        List<ConfigProblem> problems = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Refused(problems, "it is no JSON object, such as {\"Network\":\"10.1.0.0/16\"}");
            OverlayConfig? config = ReadRoot(new ConfigFields(document.RootElement, "", problems), problems);
            return new ConfigReading(problems.Count == 0 ? config : null, problems);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or InvalidOperationException)
        {
            // The latter two where the text has half a character.
            return Refused(problems, "it is no JSON; {\"Network\":\"10.1.0.0/16\"} would do");
        }
    }

    /// <summary>
    /// A configuration with some fields set or taken away: everything else stays as it was written, unknown fields too.
    /// Null where the text is no JSON object.
    /// </summary>
    public static string? Change(string text, IReadOnlyList<ConfigField> changes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            ArrayBufferWriter<byte> bytes = new();
            using (Utf8JsonWriter json = new(bytes))
                WriteChanged(json, document.RootElement, "", changes);
            return Encoding.UTF8.GetString(bytes.WrittenSpan);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ConfigReading Refused(List<ConfigProblem> problems, string reason)
    {
        problems.Add(new ConfigProblem("", reason));
        return new ConfigReading(null, problems);
    }

    private static OverlayConfig? ReadRoot(ConfigFields fields, List<ConfigProblem> problems)
    {
        bool hasV4 = fields.Flag("EnableIPv4", true);
        bool hasV6 = fields.Flag("EnableIPv6", false);
        SubnetSpace? v4 = hasV4 ? SpaceReader.Read(fields, true) : null;
        SubnetSpace? v6 = hasV6 ? SpaceReader.Read(fields, false) : null;
        if (!hasV4 && !hasV6)
            problems.Add(new ConfigProblem("EnableIPv4", "neither IPv4 nor IPv6 is on; one of both has to be"));
        return ReadBackend(fields, hasV6, problems) is { } backend ? new OverlayConfig(v4, v6, backend) : null;
    }

    private static BackendConfig? ReadBackend(ConfigFields root, bool hasV6, List<ConfigProblem> problems)
    {
        // flannel 0.5.5 takes udp where no backend is named, flannel of today vxlan.
        if (root.Object("Backend") is not { } fields)
            return new BackendConfig(BackendKind.Vxlan);
        string? type = fields.Text("Type", "is missing; vxlan, host-gw or alloc");
        switch (type)
        {
            case "host-gw":
                return new BackendConfig(BackendKind.HostGateway);
            case "alloc":
                return new BackendConfig(BackendKind.Allocate);
            case "vxlan":
                return ReadVxlan(fields, hasV6, problems);
            case null:
                return null;
            default:
                problems.Add(new ConfigProblem(
                    "Backend.Type",
                    type == "udp" ? Udp : $"there is no backend \"{type}\" here; vxlan, host-gw or alloc"));
                return null;
        }
    }

    private static BackendConfig ReadVxlan(ConfigFields fields, bool hasV6, List<ConfigProblem> problems)
    {
        BackendConfig backend = new(BackendKind.Vxlan)
        {
            Vni = fields.Number("VNI", 1, 1, 16_777_215) ?? 1,
            Port = fields.Number("Port", 0, 0, 65_535) ?? 0,
            HasDirectRouting = fields.Flag("DirectRouting", false),
            HasGroupPolicy = fields.Flag("GBP", false),
            IsLearning = fields.Flag("Learning", false),
            Mtu = fields.Number("MTU", 0, 0, 65_535),
        };
        string name = hasV6 ? backend.LinkV6 : backend.Link;
        if (name.Length > 15)
        {
            problems.Add(new ConfigProblem(
                "Backend.VNI",
                $"{backend.Vni} makes a device \"{name}\", and names have 15 characters at most: a smaller number"));
        }

        if (backend.Mtu is > 0 and < 1280 and var mtu)
            problems.Add(new ConfigProblem("Backend.MTU", $"{mtu} is too small; at least 1280"));
        return backend with
        {
            Port = backend.Port == 0 ? 8472 : backend.Port,
            Mtu = backend.Mtu is > 0 ? backend.Mtu : null,
        };
    }

    private static void WriteChanged(
        Utf8JsonWriter json, JsonElement before, string path, IReadOnlyList<ConfigField> changes)
    {
        HashSet<string> written = new(StringComparer.OrdinalIgnoreCase);
        json.WriteStartObject();
        foreach (JsonProperty field in before.EnumerateObject())
        {
            string name = path + field.Name;
            if (name.Equals("Backend", StringComparison.OrdinalIgnoreCase)
                && field.Value.ValueKind == JsonValueKind.Object)
            {
                json.WritePropertyName(field.Name);
                WriteChanged(json, field.Value, "Backend.", changes);
                written.Add(name);
            }
            else if (Find(name, changes) is not { } change)
            {
                field.WriteTo(json);
            }
            else if (change.Json is not null && written.Add(name))
            {
                json.WritePropertyName(field.Name);
                json.WriteRawValue(change.Json);
            }
        }

        WriteNew(json, path, changes, written);
        if (path.Length == 0 && !written.Contains("Backend") && HasNew("Backend.", changes))
        {
            json.WriteStartObject("Backend");
            WriteNew(json, "Backend.", changes, written);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteNew(
        Utf8JsonWriter json, string path, IReadOnlyList<ConfigField> changes, HashSet<string> written)
    {
        foreach (ConfigField change in changes)
        {
            if (change.Json is null || !IsIn(change.Name, path) || written.Contains(change.Name))
                continue;
            json.WritePropertyName(change.Name[path.Length..]);
            json.WriteRawValue(change.Json);
        }
    }

    private static bool HasNew(string path, IReadOnlyList<ConfigField> changes)
    {
        foreach (ConfigField change in changes)
        {
            if (change.Json is not null && IsIn(change.Name, path))
                return true;
        }

        return false;
    }

    private static bool IsIn(string name, string path) =>
        path.Length == 0 ? !name.Contains('.') : name.StartsWith(path, StringComparison.OrdinalIgnoreCase);

    private static ConfigField? Find(string name, IReadOnlyList<ConfigField> changes)
    {
        foreach (ConfigField change in changes)
        {
            if (change.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return change;
        }

        return null;
    }
}
