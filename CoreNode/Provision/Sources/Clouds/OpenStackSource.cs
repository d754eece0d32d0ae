using System.Net.Sockets;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Drives;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>OpenStack's metadata service. The addresses that EC2's paths tell there know of floating ones.</summary>
/// <param name="root">Its address.</param>
/// <param name="options">Limits and clock.</param>
public sealed class OpenStackSource(Uri root, SourceOptions options) : IDataSource
{
    /// <summary>Where it is.</summary>
    public const string Address = "http://169.254.169.254";

    private const string Latest = "/openstack/latest";
    private const string Ec2 = "/2009-04-04/meta-data";

    /// <inheritdoc/>
    public string Name => $"OpenStack ({UrlText.Of(root)})";

    /// <inheritdoc/>
    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        using MetadataService service = new(Name, root, options);
        byte[]? metadata = await service.GetAsync(Latest + "/meta_data.json", cancellation);
        byte[]? network = await service.GetAsync(Latest + "/network_data.json", cancellation);
        byte[]? content = await service.GetAsync(Latest + "/user_data", cancellation);
        UserData? told = ConfigDriveFiles.Describe(Name, metadata, network);
        if (told is null && content is null)
            return null;
        byte[]? local = await service.GetAsync(Ec2 + "/local-ipv4", cancellation);
        byte[]? global = await service.GetAsync(Ec2 + "/public-ipv4", cancellation);
        UserData second = new(Name, default)
        {
            Addresses = new MachineAddresses
            {
                PrivateIPv4 = Metadata.Address(Metadata.Text(local), AddressFamily.InterNetwork, Name),
                PublicIPv4 = Metadata.Address(Metadata.Text(global), AddressFamily.InterNetwork, Name),
            },
        };
        return Metadata.Completed(told, second, addressesFirst: true) with { Content = content };
    }
}
