using System.Net.Sockets;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Web;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>
/// EC2's metadata service, and others that have its paths (version 2009-04-04, which all of them know). A session token
/// is asked for first (IMDSv2); a service that has none says so by 404, 403 or 405 and is asked without.
/// </summary>
/// <param name="root">Its address.</param>
/// <param name="options">Limits and clock.</param>
public sealed class Ec2Source(Uri root, SourceOptions options) : IDataSource
{
    /// <summary>Where it is in EC2.</summary>
    public const string Address = "http://169.254.169.254";

    private const string Version = "/2009-04-04";
    private const string MetaData = Version + "/meta-data";
    private const int LongestToken = 4096;
    private const int MostKeys = 100;

    /// <inheritdoc/>
    public string Name => $"EC2 ({UrlText.Of(root)})";

    /// <inheritdoc/>
    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        using MetadataService service = new(Name, root, options)
        {
            Headers = [new("X-aws-ec2-metadata-token-ttl-seconds", "21600")],
        };
        string token = await TokenAsync(service, cancellation);
        service.Headers = token.Length == 0 ? [] : [new("X-aws-ec2-metadata-token", token)];
        byte[]? content = await service.GetAsync(Version + "/user-data", cancellation);
        byte[]? hostname = await service.GetAsync(MetaData + "/hostname", cancellation);
        byte[]? local = await service.GetAsync(MetaData + "/local-ipv4", cancellation);
        byte[]? global = await service.GetAsync(MetaData + "/public-ipv4", cancellation);
        UserData data = new(Name, content)
        {
            Hostname = Metadata.ShortHostname(Metadata.Text(hostname)),
            Addresses = new MachineAddresses
            {
                PrivateIPv4 = Metadata.Address(Metadata.Text(local), AddressFamily.InterNetwork, Name),
                PublicIPv4 = Metadata.Address(Metadata.Text(global), AddressFamily.InterNetwork, Name),
            },
            SshKeys = await KeysAsync(service, cancellation),
        };
        return data.Content.Length > 0 || Metadata.TellsOfMachine(data) ? data : null;
    }

    private async Task<string> TokenAsync(MetadataService service, CancellationToken cancellation)
    {
        WebAnswer answer = await service.SendAsync(HttpMethod.Put, "/latest/api/token", cancellation);
        if ((int)answer.Status is 403 or 404 or 405)
            return "";
        if (!answer.IsGood)
            throw MetadataService.Failure(answer);
        string token = Metadata.Text(answer.Body);
        bool isToken = token.Length is > 0 and <= LongestToken;
        foreach (char c in token)
            isToken &= c is > ' ' and < (char)0x7F;
        return isToken ? token : throw new SourceException($"{Name} gives no token, but something else");
    }

    // A line for each key, "0=name"; the key itself is below its number.
    private async Task<List<string>> KeysAsync(MetadataService service, CancellationToken cancellation)
    {
        List<string> keys = [];
        string list = Metadata.Text(await service.GetAsync(MetaData + "/public-keys", cancellation));
        string[] lines = list.Split('\n', MostKeys + 1);
        for (int i = 0; i < Math.Min(lines.Length, MostKeys); i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0)
                continue;
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !uint.TryParse(line.AsSpan(0, equals), out uint number))
                throw new SourceException($"{Name} lists a key in another way than NUMBER=NAME");
            byte[]? key = await service.GetAsync($"{MetaData}/public-keys/{number}/openssh-key", cancellation);
            Metadata.AddKeys(keys, Metadata.Text(key));
        }

        return keys;
    }
}
