using System.Collections.Concurrent;
using CoreNode.Proxy;
using CoreNode.Store;

namespace CoreNode.Tests.Proxy;

/// <summary>Members that answer as a test says, by URL; who is not named does not answer.</summary>
internal sealed class ScriptedProbe : IMemberProbe
{
    /// <summary>What client URLs answer.</summary>
    public ConcurrentDictionary<string, ProbeAnswer> Clients { get; } = new();

    /// <summary>What peer URLs tell.</summary>
    public ConcurrentDictionary<string, MemberList> Peers { get; } = new();

    /// <summary>Every URL that was asked, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public Task<ProbeAnswer> AskAsync(Route route, CancellationToken cancellation)
    {
        Asked.Enqueue(route.Url);
        return Task.FromResult(Clients.GetValueOrDefault(route.Url) ?? new ProbeAnswer.Failed("nobody there"));
    }

    public Task<MemberList?> DescribeAsync(string peerUrl, CancellationToken cancellation)
    {
        Asked.Enqueue(peerUrl);
        return Task.FromResult(Peers.GetValueOrDefault(peerUrl));
    }

    /// <summary>These members run and know each other; nobody else runs.</summary>
    public void Run(MemberList list, IEnumerable<string>? except = null)
    {
        HashSet<string> away = [.. except ?? []];
        Clients.Clear();
        Peers.Clear();
        foreach (Member member in list.Members.Where(m => !away.Contains(m.Name)))
        {
            foreach (string url in member.ClientUrls)
                Clients[url] = new ProbeAnswer.Healthy(list);
            foreach (string url in member.PeerUrls)
                Peers[url] = list;
        }
    }
}
