using System.Diagnostics.CodeAnalysis;

namespace CoreNode.Discovery;

/// <summary>
/// Where the machines of one new cluster write themselves down: http(s)://HOST/TOKEN of a discovery service, or any
/// directory of an etcd (…/v2/keys/_etcd/registry/TOKEN). Two spellings of one address become equal, because the
/// identities of members and cluster follow from the text.
/// </summary>
public sealed record DirectoryUrl
{
    private DirectoryUrl(Uri uri)
    {
        Endpoint = uri.GetLeftPart(UriPartial.Authority);
        Path = uri.AbsolutePath.TrimEnd('/');
    }

    /// <summary>Scheme, host and port.</summary>
    public string Endpoint { get; }

    /// <summary>The directory on that server, escaped, with a slash at its begin and none at its end.</summary>
    public string Path { get; }

    /// <summary>Reads the URL, or says what is wrong with it.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out DirectoryUrl? url, [NotNullWhen(false)] out string? problem)
    {
        url = null;
        problem = null;
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            problem = "a URL such as https://discovery.example.com/TOKEN is needed";
        else if (uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
            problem = "a URL with nothing but scheme, host, port and path is needed";
        else if (uri.AbsolutePath.Trim('/').Length == 0)
            problem = "it ends with the token of the cluster; `corenode discovery new` prints the whole URL";
        else
            url = new DirectoryUrl(uri);
        return url is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Endpoint + Path;
}
