using System.Net.Sockets;
using System.Text.Json;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>The metadata service of Packet, later Equinix Metal.</summary>
/// <param name="root">Its address.</param>
/// <param name="options">Limits, TLS and clock.</param>
public sealed class PacketSource(Uri root, SourceOptions options) : IDataSource
{
    /// <summary>Where it is.</summary>
    public const string Address = "https://metadata.packet.net";

    /// <inheritdoc/>
    public string Name => $"Packet ({UrlText.Of(root)})";

    /// <inheritdoc/>
    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        using MetadataService service = new(Name, root, options);
        byte[] metadata = await service.GetAsync("/metadata", cancellation)
            ?? throw new SourceException($"{Name} has no /metadata: it is another service");
        byte[]? content = await service.GetAsync("/userdata", cancellation);
        return Read(metadata) with { Content = content };
    }

    private UserData Read(byte[] text)
    {
        using JsonDocument document = Metadata.Json(text, Name);
        JsonElement root = document.RootElement;
        List<string> keys = [];
        Metadata.AddKeys(keys, Metadata.Get(root, "ssh_keys"));
        return new UserData(Name, default)
        {
            Hostname = Metadata.Hostname(Metadata.Text(root, "hostname")),
            SshKeys = keys,
            Addresses = new MachineAddresses
            {
                PublicIPv4 = First(root, isPublic: true, AddressFamily.InterNetwork),
                PrivateIPv4 = First(root, isPublic: false, AddressFamily.InterNetwork),
                PublicIPv6 = First(root, isPublic: true, AddressFamily.InterNetworkV6),
                PrivateIPv6 = First(root, isPublic: false, AddressFamily.InterNetworkV6),
            },
        };
    }

    private string First(JsonElement root, bool isPublic, AddressFamily family)
    {
        JsonElement network = Metadata.Get(root, "network") ?? default;
        foreach (JsonElement one in Metadata.List(Metadata.Get(network, "addresses")))
        {
            bool isOfFamily = Metadata.Get(one, "address_family") is { ValueKind: JsonValueKind.Number } number
                && number.TryGetInt32(out int value)
                && value == (family == AddressFamily.InterNetwork ? 4 : 6);
            bool isSide = Metadata.Get(one, "public") is { } side
                && side.ValueKind == (isPublic ? JsonValueKind.True : JsonValueKind.False);
            if (isOfFamily && isSide)
                return Metadata.Address(Metadata.Text(one, "address"), family, Name);
        }

        return "";
    }
}
