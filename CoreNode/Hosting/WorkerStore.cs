using CoreNode.Api.Client;
using CoreNode.Pki;
using CoreNode.Proxy;

namespace CoreNode.Hosting;

/// <summary>
/// The store as the modules of a worker see it: the members, found and followed as for the worker's own clients.
/// </summary>
internal static class WorkerStore
{
    /// <summary>
    /// A client that asks the members in the follower's order; it shows members with https URLs the worker's own
    /// certificate, as the forwarding does. The caller disposes it.
    /// </summary>
    /// <param name="follower">Who follows the members.</param>
    /// <param name="tls">The worker's certificate files; null without.</param>
    public static V2Client Connect(MemberFollower follower, TlsFiles? tls)
    {
        EndpointCache cache = new(follower);
        return new V2Client(new ClientOptions
        {
            Endpoints = [],
            EndpointSource = cache.Read,
            CaFile = tls?.TrustedCaFile,
            CertFile = tls?.CertFile,
            KeyFile = tls?.KeyFile,
            AuthoritiesFlag = "--trusted-ca-file",
        });
    }

    // The same list as long as the order is the same, so that the client need not compare.
    private sealed class EndpointCache(MemberFollower follower)
    {
        private Entry _last = new(FollowerView.Empty, []);

        public IReadOnlyList<ClientEndpoint> Read()
        {
            FollowerView view = follower.View;
            Entry last = Volatile.Read(ref _last);
            if (last.View == view)
                return last.Endpoints;
            List<ClientEndpoint> endpoints = [];
            foreach (Route route in view.Order)
            {
                if (ClientEndpoint.TryParse(route.Url, out ClientEndpoint? endpoint, out _))
                    endpoints.Add(endpoint);
            }

            Entry now = new(view, endpoints.SequenceEqual(last.Endpoints) ? last.Endpoints : endpoints);
            Volatile.Write(ref _last, now);
            return now.Endpoints;
        }

        private sealed record Entry(FollowerView View, IReadOnlyList<ClientEndpoint> Endpoints);
    }
}
