using CoreNode.Api.Client;
using CoreNode.Proxy;

namespace CoreNode.Hosting;

/// <summary>
/// The store as the modules of a worker see it: the members, found and followed as for the worker's own clients.
/// </summary>
internal static class WorkerStore
{
    /// <summary>A client that asks the members in the follower's order; the caller disposes it.</summary>
    public static V2Client Connect(MemberFollower follower)
    {
        EndpointCache cache = new(follower);
        return new V2Client(new ClientOptions { Endpoints = [], EndpointSource = cache.Read });
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
