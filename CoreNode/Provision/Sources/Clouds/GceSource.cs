using System.Globalization;
using System.Net.Sockets;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>
/// Google Compute Engine's metadata service: each request says that it is meant, each answer that it is Google's.
/// </summary>
/// <param name="root">Its address.</param>
/// <param name="options">Limits and clock.</param>
public sealed class GceSource(Uri root, SourceOptions options) : IDataSource
{
    /// <summary>Where it is.</summary>
    public const string Address = "http://metadata.google.internal";

    private const string Flavor = "Metadata-Flavor";
    private const string Google = "Google";
    private const string Instance = "/computeMetadata/v1/instance";
    private const string Project = "/computeMetadata/v1/project";
    private const string Interface = Instance + "/network-interfaces/0";
    private const string Expiry = "\"expireOn\":\"";

    /// <inheritdoc/>
    public string Name => $"GCE ({UrlText.Of(root)})";

    /// <inheritdoc/>
    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        using MetadataService service = new(Name, root, options)
        {
            Headers = [new(Flavor, Google)],
            Sign = (Flavor, Google),
        };
        byte[]? content = await service.GetAsync(Instance + "/attributes/user-data", cancellation);
        byte[]? hostname = await service.GetAsync(Instance + "/hostname", cancellation);
        byte[]? local = await service.GetAsync(Interface + "/ip", cancellation);
        byte[]? global = await service.GetAsync(Interface + "/access-configs/0/external-ip", cancellation);
        return new UserData(Name, content)
        {
            Hostname = Metadata.ShortHostname(Metadata.Text(hostname)),
            Addresses = new MachineAddresses
            {
                PrivateIPv4 = Metadata.Address(Metadata.Text(local), AddressFamily.InterNetwork, Name),
                PublicIPv4 = Metadata.Address(Metadata.Text(global), AddressFamily.InterNetwork, Name),
            },
            SshKeys = await KeysAsync(service, cancellation),
        };
    }

    // The instance's come first; the project's are shut out by an attribute, or by instance keys of the older name.
    private async Task<List<string>> KeysAsync(MetadataService service, CancellationToken cancellation)
    {
        List<string> keys = [];
        Add(keys, await service.GetAsync(Instance + "/attributes/ssh-keys", cancellation));
        byte[]? old = await service.GetAsync(Instance + "/attributes/sshKeys", cancellation);
        Add(keys, old);
        byte[]? block = await service.GetAsync(Instance + "/attributes/block-project-ssh-keys", cancellation);
        if (old is { Length: > 0 } || Metadata.Text(block).Trim().Equals("true", StringComparison.OrdinalIgnoreCase))
            return keys;
        Add(keys, await service.GetAsync(Project + "/attributes/ssh-keys", cancellation));
        Add(keys, await service.GetAsync(Project + "/attributes/sshKeys", cancellation));
        return keys;
    }

    // USER:TYPE KEY COMMENT, or USER:TYPE KEY google-ssh {"userName":"…","expireOn":"2027-01-31T20:12:00+0000"}
    private void Add(List<string> keys, byte[]? lines)
    {
        foreach (string line in Metadata.Text(lines).Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0 && !IsOver(line))
                Metadata.AddKeys(keys, line[(colon + 1)..]);
        }
    }

    private bool IsOver(string line)
    {
        int begin = line.IndexOf(Expiry, StringComparison.Ordinal);
        if (begin < 0 || !line.Contains(" google-ssh ", StringComparison.Ordinal))
            return false;
        begin += Expiry.Length;
        int end = line.IndexOf('"', begin);
        // What cannot be read has an end that nobody knows: it counts as over.
        return end < 0 || !DateTimeOffset.TryParseExact(
            line.AsSpan(begin, end - begin), "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out DateTimeOffset over) || over <= options.Time.GetUtcNow();
    }
}
