using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster;

/// <summary>
/// A machine without data asks the running members who it is. Keeps a wiped machine from taking part again under the
/// identity that it had: it forgot what it promised under it.
/// </summary>
internal sealed class Joining(ReplicaOptions options, IClusterProbe probe, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // A member that was just added may not be known yet to the one that answers.
    private const int MostLooks = 5;

    private bool _isTold;

    private InitialMember Own => options.InitialMembers.First(m => m.Name == options.Name);

    /// <summary>Waits until a member answers, and finds this machine among the members by its peer URLs.</summary>
    /// <exception cref="IOException">The cluster does not know this machine, or knows that it had data.</exception>
    internal async Task<JoinPlan> AskAsync(CancellationToken cancellation)
    {
        for (int looks = 1; ; looks++)
        {
            IReadOnlyList<ClusterDescription> answers = await WaitForAnswersAsync(cancellation);

            // One that still lists the machine which was replaced is behind the one that knows its successor.
            ClusterDescription? cluster = answers.FirstOrDefault(d => Known(d) is { Name.Length: 0 })
                ?? (looks < MostLooks ? null : answers.FirstOrDefault(d => Known(d) is not null) ?? answers[0]);
            if (cluster is not null)
                return Plan(cluster);
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    /// <summary>
    /// Before a new cluster is begun: refuses if it is running already and this machine has been part of it.
    /// </summary>
    /// <exception cref="IOException">It has been.</exception>
    internal async Task CheckIsNewAsync(ulong clusterId, NodeId self, CancellationToken cancellation)
    {
        foreach (ClusterDescription cluster in await DescribeAsync(cancellation))
        {
            Member? known = cluster.Members.FirstOrDefault(m => m.Id == self);
            if (cluster.ClusterId != clusterId)
                continue;
            if (known is null && cluster.Members.Count > 0)
                throw new IOException(Lost($"was removed from the cluster {clusterId:x}"));
            if (known is { Name.Length: > 0 })
                throw new IOException(Lost($"is member {self} of the running cluster {clusterId:x}"));
        }
    }

    /// <summary>Waits until a member of that cluster says where everybody is; nobody once the limit is over.</summary>
    internal async Task<IReadOnlyList<PeerAddress>> FindPeersAsync(
        ulong clusterId, TimeSpan limit, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(limit, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await FindPeersAsync(clusterId, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>Asks once, at these URLs and the configured ones; empty if nobody of that cluster answers.</summary>
    internal async Task<IReadOnlyList<PeerAddress>> AskForPeersAsync(
        ulong clusterId, IEnumerable<string> urls, CancellationToken cancellation)
    {
        ClusterDescription?[] answers = await Task.WhenAll(
            urls.Union(OtherUrls()).Select(url => DescribeAsync(url, cancellation)));
        return PeersIn(answers.OfType<ClusterDescription>(), clusterId);
    }

    // What all of them say, together: one that lags, or has just joined itself, may not know who leads now.
    private static PeerAddress[] PeersIn(IEnumerable<ClusterDescription> answers, ulong clusterId) =>
        [.. answers.Where(d => d.ClusterId == clusterId).SelectMany(d => d.Members)
            .DistinctBy(m => m.Id).Select(m => new PeerAddress(m.Id, m.PeerUrls))];

    private async Task<IReadOnlyList<PeerAddress>> FindPeersAsync(ulong clusterId, CancellationToken cancellation)
    {
        while (true)
        {
            IReadOnlyList<ClusterDescription> answers = await WaitForAnswersAsync(cancellation);

            PeerAddress[] peers = PeersIn(answers, clusterId);
            if (peers.Length > 0)
                return peers;
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    private async Task<IReadOnlyList<ClusterDescription>> WaitForAnswersAsync(CancellationToken cancellation)
    {
        while (true)
        {
            ClusterDescription[] answers =
                [.. (await DescribeAsync(cancellation)).Where(static d => d.Members.Count > 0)];
            if (answers.Length > 0)
                return answers;
            if (!_isTold)
                logger.WaitingForMembers(string.Join(", ", OtherUrls()));
            _isTold = true;
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    private Member? Known(ClusterDescription cluster) =>
        cluster.Members.FirstOrDefault(m => m.PeerUrls.Intersect(Own.PeerUrls).Any());

    private JoinPlan Plan(ClusterDescription cluster)
    {
        string urls = string.Join(",", Own.PeerUrls);
        Member known = Known(cluster)
            ?? throw new IOException(
                $"cannot join: the cluster {cluster.ClusterId:x} has no member at {urls}. Run "
                + $"`corenode member add {options.Name} {urls}` on one of its members first");
        if (known.Name.Length > 0)
            throw new IOException(Lost($"is member {known.Id} ({known.Name}) of the cluster {cluster.ClusterId:x}"));
        PeerAddress[] peers = [.. cluster.Members.Select(m => new PeerAddress(m.Id, m.PeerUrls))];
        logger.Joining(known.Id, cluster.ClusterId.ToString("x"), peers.Length - 1);
        return new JoinPlan(cluster.ClusterId, known.Id, cluster.Voters, peers);
    }

    private string Lost(string what)
    {
        string urls = string.Join(",", Own.PeerUrls);
        return $"the machine at {urls} {what} and has had data, but its data folder {options.Folder} is empty. It must "
            + "not take part under that identity again. Run "
            + $"`corenode member add --replace {options.Name} {urls}` on another member, then start it with "
            + "--initial-cluster-state existing";
    }

    private IEnumerable<string> OtherUrls() =>
        options.InitialMembers.Where(m => m.Name != options.Name).SelectMany(m => m.PeerUrls);

    private async Task<IReadOnlyList<ClusterDescription>> DescribeAsync(CancellationToken cancellation)
    {
        ClusterDescription?[] answers =
            await Task.WhenAll(OtherUrls().Select(url => DescribeAsync(url, cancellation)));
        return [.. answers.OfType<ClusterDescription>()];
    }

    private async Task<ClusterDescription?> DescribeAsync(string url, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(s_patience, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await probe.DescribeAsync(url, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
