using System.Net;
using CoreNode.Platform;

namespace CoreNode.Hosting;

/// <summary>The flags about the listeners for a machine's containers.</summary>
internal static class ContainerFlags
{
    private const string UrlsFlag = "listen-container-urls";
    private const string FileFlag = "container-token-file";
    private const int TokenBytes = 32;

    /// <summary>In the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All =
    [
        new(
            UrlsFlag, "", "URL,...",
            "where containers reach the keys, by a token; the host may be an interface: podman0"),
        new(FileFlag, "", "FILE", "that token, made if missing (default: container-token in --data-dir)"),
    ];

    /// <summary>Reads the URLs; the host is an address or the name of a network interface.</summary>
    public static IReadOnlyList<Uri> Urls(Func<string, string> text, List<string> problems, List<string> notes)
    {
        List<Uri> urls = [];
        foreach (string one in text(UrlsFlag).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            bool isUrl = Uri.TryCreate(one, UriKind.Absolute, out Uri? url) && url.Scheme == "http"
                && url is { AbsolutePath: "/", Query.Length: 0 };
            if (!isUrl)
                problems.Add($"--{UrlsFlag} {one}: a URL such as http://podman0:2379 is needed");
            else if (IPAddress.TryParse(url!.Host.Trim('[', ']'), out IPAddress? address)
                && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
                problems.Add($"--{UrlsFlag} {one}: all addresses are more than the containers'; name their bridge");
            else
                urls.Add(url);
        }

        if (urls.Count == 0 || text("store").Length == 0)
            return urls;
        notes.Add($"--{UrlsFlag} does nothing: with --store there are no keys here; containers ask that etcd");
        return [];
    }

    /// <summary>Where the token is.</summary>
    public static string TokenFile(Func<string, string> text, string dataFolder) =>
        Path.GetFullPath(text(FileFlag) is { Length: > 0 } file ? file : Path.Combine(dataFolder, "container-token"));

    /// <summary>The token that containers show; null where they are not served.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or holds something else.</exception>
    public static string? Token(NodeOptions options, IFiles files)
    {
        if (options.ListenContainerUrls.Count == 0)
            return null;
        files.CreateFolder(Path.GetDirectoryName(options.ContainerTokenFile)!);
        return MachineIdentity.Kept(options.ContainerTokenFile, TokenBytes, files);
    }
}
