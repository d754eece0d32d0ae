namespace CoreNode.Hosting.Updates;

/// <summary>The update server, as a machine reaches it.</summary>
/// <param name="Name">Scheme, host and port: its path may be a secret.</param>
/// <param name="Address">Where a connection is opened: the server, or the proxy before it.</param>
internal sealed record UpdateTarget(string Name, Uri Address)
{
    /// <summary>Of a server and the proxies of this machine; null without a server.</summary>
    public static UpdateTarget? Of(Uri? server, System.Net.IWebProxy proxies) => server is null
        ? null
        : new UpdateTarget(server.GetLeftPart(UriPartial.Authority), proxies.GetProxy(server) ?? server);
}
