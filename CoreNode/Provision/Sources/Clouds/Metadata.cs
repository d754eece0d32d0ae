using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>
/// What services and drives tell about a machine, taken only where it is what it should be: a wrong server at such an
/// address answers anything with a page. Pure.
/// </summary>
internal static class Metadata
{
    private const int MostKeys = 100;
    private const int LongestKey = 16 << 10;
    private const int LongestHostname = 253;
    private const int MostDepth = 32;

    /// <summary>An address of that family as text; "" for "".</summary>
    /// <exception cref="SourceException">It is none.</exception>
    public static string Address(string text, AddressFamily family, string name)
    {
        string trimmed = text.Trim();
        if (trimmed.Length == 0)
            return "";
        if (IPAddress.TryParse(trimmed, out IPAddress? address) && address.AddressFamily == family
            && (family == AddressFamily.InterNetworkV6 || trimmed.Split('.').Length == 4))
            return address.ToString();
        throw new SourceException($"{name} tells an address that is none: is it that service at all?");
    }

    /// <summary>The name if it can be one; otherwise "".</summary>
    public static string Hostname(string text)
    {
        string name = text.Trim().TrimEnd('.');
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return "";
        }

        return name.Length > LongestHostname ? "" : name;
    }

    /// <summary>The part before the first dot.</summary>
    public static string ShortHostname(string text) => Hostname(text.Trim().Split('.', ' ')[0]);

    /// <summary>Adds the lines that can be keys.</summary>
    public static void AddKeys(List<string> keys, string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string key = line.Trim();
            if (key.Length is 0 or > LongestKey || key[0] is '#' or '<' || !key.Contains(' ', StringComparison.Ordinal)
                || keys.Count == MostKeys || keys.Contains(key) || HasControls(key))
                continue;
            keys.Add(key);
        }
    }

    /// <summary>
    /// Fills what <paramref name="told"/> does not tell from another answer about the same machine.
    /// </summary>
    /// <param name="told">What counts; null: nothing yet.</param>
    /// <param name="more">What is there besides.</param>
    /// <param name="addressesFirst">The other one's addresses are better known.</param>
    public static UserData Completed(UserData? told, UserData more, bool addressesFirst = false)
    {
        if (told is null)
            return more;
        return told with
        {
            Addresses = addressesFirst
                ? Both(more.Addresses, told.Addresses)
                : Both(told.Addresses, more.Addresses),
            Hostname = told.Hostname.Length > 0 ? told.Hostname : more.Hostname,
            SshKeys = told.SshKeys.Count > 0 ? told.SshKeys : more.SshKeys,
        };
    }

    /// <summary>True if it says anything about the machine itself.</summary>
    public static bool TellsOfMachine(UserData data) =>
        data.Hostname.Length > 0 || data.SshKeys.Count > 0 || data.Addresses.PublicIPv4.Length > 0
        || data.Addresses.PrivateIPv4.Length > 0 || data.Addresses.PublicIPv6.Length > 0
        || data.Addresses.PrivateIPv6.Length > 0;

    /// <summary>JSON, an object; the caller disposes it.</summary>
    /// <exception cref="SourceException">It is none.</exception>
    public static JsonDocument Json(byte[] text, string name)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Its message would show what is in it.
        }

        throw new SourceException($"{name} tells metadata that are no JSON object: is it that service at all?");
    }

    /// <summary>A text of an object; "" if it is not there or no text.</summary>
    public static string Text(JsonElement parent, string name) =>
        Get(parent, name) is { } value ? Text(value) : "";

    /// <summary>A member of an object; null if it is not there.</summary>
    public static JsonElement? Get(JsonElement parent, string name)
    {
        try
        {
            return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value)
                ? value
                : null;
        }
        catch (InvalidOperationException)
        {
            // A name there is no text: half of a surrogate, or bytes that are no UTF-8.
            return null;
        }
    }

    /// <summary>Elements of a list; none if it is no list.</summary>
    public static JsonElement[] List(JsonElement? list)
    {
        if (list is not { ValueKind: JsonValueKind.Array } array)
            return [];
        JsonElement[] elements = new JsonElement[array.GetArrayLength()];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = array[i];
        return elements;
    }

    /// <summary>Adds the keys of a list of texts, or of an object whose members are texts.</summary>
    public static void AddKeys(List<string> keys, JsonElement? given)
    {
        if (given is { ValueKind: JsonValueKind.Object } named)
        {
            foreach (JsonProperty one in named.EnumerateObject())
                AddKey(keys, one.Value);
        }

        foreach (JsonElement one in List(given))
            AddKey(keys, one);
    }

    /// <summary>An answer's body as text.</summary>
    public static string Text(byte[]? body) => body is null ? "" : Encoding.UTF8.GetString(body);

    private static void AddKey(List<string> keys, JsonElement value) => AddKeys(keys, Text(value));

    private static string Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static MachineAddresses Both(MachineAddresses first, MachineAddresses second) => new()
    {
        PublicIPv4 = first.PublicIPv4.Length > 0 ? first.PublicIPv4 : second.PublicIPv4,
        PrivateIPv4 = first.PrivateIPv4.Length > 0 ? first.PrivateIPv4 : second.PrivateIPv4,
        PublicIPv6 = first.PublicIPv6.Length > 0 ? first.PublicIPv6 : second.PublicIPv6,
        PrivateIPv6 = first.PrivateIPv6.Length > 0 ? first.PrivateIPv6 : second.PrivateIPv6,
    };

    private static bool HasControls(string key)
    {
        foreach (char c in key)
        {
            if (char.IsControl(c))
                return true;
        }

        return false;
    }
}
