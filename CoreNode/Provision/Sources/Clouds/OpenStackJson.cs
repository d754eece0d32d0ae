using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>OpenStack's meta_data.json and network_data.json, of its service and of config drives. Pure.</summary>
internal static class OpenStackJson
{
    /// <summary>Reads meta_data.json.</summary>
    /// <exception cref="SourceException">It is no such file.</exception>
    public static UserData Read(byte[] text, string name)
    {
        using JsonDocument document = Metadata.Json(text, name);
        List<string> keys = [];
        Metadata.AddKeys(keys, Metadata.Get(document.RootElement, "public_keys"));
        return new UserData(name, default)
        {
            Hostname = Metadata.Hostname(Metadata.Text(document.RootElement, "hostname")),
            SshKeys = keys,
        };
    }

    /// <summary>
    /// Reads network_data.json. It does not say which address is public: the first of each family from a private range
    /// is taken as private, the first other one as public. Those that DHCP gives are not in it.
    /// </summary>
    /// <exception cref="SourceException">It is no such file.</exception>
    public static MachineAddresses ReadNetwork(byte[] text, string name)
    {
        using JsonDocument document = Metadata.Json(text, name);
        MachineAddresses found = new();
        foreach (JsonElement network in Metadata.List(Metadata.Get(document.RootElement, "networks")))
        {
            string given = Metadata.Text(network, "ip_address");
            // Some write "fd00::1/64".
            bool isAddress = IPAddress.TryParse(given.Split('/')[0], out IPAddress? address);
            if (isAddress && (given.Contains(':', StringComparison.Ordinal) || given.Split('.').Length == 4))
                found = With(found, address!);
        }

        return found;
    }

    /// <summary>True for addresses that nobody reaches from the internet.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length == 16
            ? (bytes[0] & 0xFE) == 0xFC || address.IsIPv6LinkLocal
            : bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xF0) == 16) || (bytes[0] == 192 && bytes[1] == 168)
                || (bytes[0] == 100 && (bytes[1] & 0xC0) == 64) || (bytes[0] == 169 && bytes[1] == 254);
    }

    private static MachineAddresses With(MachineAddresses found, IPAddress address)
    {
        string text = address.ToString();
        return (address.AddressFamily == AddressFamily.InterNetworkV6, IsPrivate(address)) switch
        {
            (false, true) when found.PrivateIPv4.Length == 0 => found with { PrivateIPv4 = text },
            (false, false) when found.PublicIPv4.Length == 0 => found with { PublicIPv4 = text },
            (true, true) when found.PrivateIPv6.Length == 0 => found with { PrivateIPv6 = text },
            (true, false) when found.PublicIPv6.Length == 0 => found with { PublicIPv6 = text },
            _ => found,
        };
    }
}
