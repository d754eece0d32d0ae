using System.Diagnostics.CodeAnalysis;

namespace CoreNode.Api.Client;

/// <summary>Where a node is reached: http, https, or a unix socket ("unix:///run/corenode/corenode.sock").</summary>
public sealed record ClientEndpoint
{
    private ClientEndpoint(string text, Uri baseUri, string? socketPath)
    {
        Text = text;
        BaseUri = baseUri;
        SocketPath = socketPath;
    }

    /// <summary>As it was given.</summary>
    public string Text { get; }

    /// <summary>What request paths are appended to; "http://localhost" for a unix socket.</summary>
    public Uri BaseUri { get; }

    /// <summary>The socket's file; null for TCP.</summary>
    public string? SocketPath { get; }

    /// <summary>Reads an endpoint; "host:port" means http.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out ClientEndpoint? endpoint, [NotNullWhen(false)] out string? problem)
    {
        endpoint = null;
        problem = null;
        string trimmed = text.Trim();
        if (trimmed.StartsWith("unix://", StringComparison.Ordinal))
        {
            string path = trimmed["unix://".Length..];
            if (path.StartsWith('/'))
                endpoint = new ClientEndpoint(trimmed, new Uri("http://localhost"), path);
            else
                problem = $"'{text}' does not name a socket by its full path; write unix:///run/corenode/corenode.sock";
            return endpoint is not null;
        }

        string full = trimmed.Contains("://", StringComparison.Ordinal) ? trimmed : "http://" + trimmed;
        if (!Uri.TryCreate(full, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
            problem = $"'{text}' is not an endpoint; write http://HOST:PORT, https://HOST:PORT or unix:///PATH";
        else if (uri.Scheme is not ("http" or "https"))
            problem = $"'{text}' starts with {uri.Scheme}://; only http, https and unix are known";
        else if (uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            problem = $"'{text}' has more than scheme, host and port; a user is given with --user";
        else
            endpoint = new ClientEndpoint(full.TrimEnd('/'), uri, null);
        return endpoint is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
