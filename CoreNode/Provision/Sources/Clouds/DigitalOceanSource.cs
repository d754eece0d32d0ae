using System.Net.Sockets;
using System.Text.Json;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>DigitalOcean's metadata service, version 1.</summary>
/// <param name="root">Its address.</param>
/// <param name="options">Limits and clock.</param>
public sealed class DigitalOceanSource(Uri root, SourceOptions options) : IDataSource
{
    /// <summary>Where it is.</summary>
    public const string Address = "http://169.254.169.254";

    /// <inheritdoc/>
    public string Name => $"DigitalOcean ({UrlText.Of(root)})";

    /// <inheritdoc/>
    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        using MetadataService service = new(Name, root, options);
        byte[] metadata = await service.GetAsync("/metadata/v1.json", cancellation)
            ?? throw new SourceException($"{Name} has no /metadata/v1.json: it is another service");
        byte[]? content = await service.GetAsync("/metadata/v1/user-data", cancellation);
        return Read(metadata) with { Content = content };
    }

    private UserData Read(byte[] text)
    {
        using JsonDocument document = Metadata.Json(text, Name);
        JsonElement root = document.RootElement;
        JsonElement interfaces = Metadata.Get(root, "interfaces") ?? default;
        List<string> keys = [];
        Metadata.AddKeys(keys, Metadata.Get(root, "public_keys"));
        return new UserData(Name, default)
        {
            Hostname = Metadata.Hostname(Metadata.Text(root, "hostname")),
            SshKeys = keys,
            Addresses = new MachineAddresses
            {
                PublicIPv4 = First(interfaces, "public", "ipv4", AddressFamily.InterNetwork),
                PrivateIPv4 = First(interfaces, "private", "ipv4", AddressFamily.InterNetwork),
                PublicIPv6 = First(interfaces, "public", "ipv6", AddressFamily.InterNetworkV6),
                PrivateIPv6 = First(interfaces, "private", "ipv6", AddressFamily.InterNetworkV6),
            },
        };
    }

    private string First(JsonElement interfaces, string side, string family, AddressFamily kind)
    {
        JsonElement[] all = Metadata.List(Metadata.Get(interfaces, side));
        return all.Length > 0 && Metadata.Get(all[0], family) is { } one
            ? Metadata.Address(Metadata.Text(one, "ip_address"), kind, Name)
            : "";
    }
}
