using System.Globalization;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Proxy;
using CoreNode.Store;

namespace CoreNode.Hosting.Updates;

/// <summary>The kinds of node, as updates see them.</summary>
internal static class UpdatesPlaces
{
    // A disk that holds a sync up for that part of the time until an election has nothing left for an update.
    private const int SlowPart = 5;

    /// <summary>A member: its own store must not suffer.</summary>
    public static UpdatesPlace Of(
        Replica replica, TimeSpan electionTimeout, Func<bool> isServing, NodeRequests requests) => new()
        {
            NodeProblem = () => replica.Completion.IsCompleted ? "the store has ended"
                : isServing() ? "" : "clients are not served yet",
            ClusterProblem = _ => Task.FromResult(NoLeader(replica)),
            Others = () => Others(replica.Members, replica.Self),
            OthersOfQuorum = () => replica.Members.Count / 2,
            AskAsync = (one, cancellation) => SiteQuestions.AskAsync(requests, one, cancellation),
            StoreProblem = () => NoLeader(replica) is { Length: > 0 } problem
                ? problem
                : SlowSync(replica, electionTimeout / SlowPart),
        };

    /// <summary>A worker: there is no store here, and the members are its cluster.</summary>
    public static UpdatesPlace Of(
        Func<FollowerView> view, Func<bool> isServing, Func<NodeRequests?> requests) => new()
        {
            NodeProblem = () => isServing() ? "" : "clients are not served yet",
            ClusterProblem = _ => Task.FromResult(view().HasWorking ? "" : "no member of the cluster answers"),
            Others = () => Others(view().List?.Members ?? [], default),
            AskAsync = (one, cancellation) => requests() is { } ready
                ? SiteQuestions.AskAsync(ready, one, cancellation)
                : Task.FromResult(new SiteReply(null, "this worker does not know its cluster yet")),
        };

    /// <summary>A node whose store is an existing etcd.</summary>
    public static UpdatesPlace Of(IReadOnlyList<Uri> store, Func<bool> isServing, GuestStore guest) => new()
    {
        NodeProblem = () => isServing() ? "" : "clients are not served yet",
        ClusterProblem = guest.ProblemAsync,
        Others = () => store,
        AskAsync = guest.AskAsync,
    };

    /// <summary>What a member tells others that ask it about their site.</summary>
    public static SitePlace SiteOf(Replica replica, UpdatesModule? updates) => new(
        replica.Self.ToString(),
        () => !replica.Leader.IsNone,
        asker =>
        {
            foreach (Member member in replica.Members)
            {
                if (member.Id == asker)
                    return Urls(member, []);
            }

            return [];
        },
        () => updates?.Target,
        () => updates?.IsLeaving == true);

    private static List<Uri> Others(IReadOnlyList<Member> members, NodeId self)
    {
        List<Uri> others = [];
        foreach (Member member in members)
        {
            if (member.Id != self)
                Urls(member, others);
        }

        return others;
    }

    private static List<Uri> Urls(Member member, List<Uri> urls)
    {
        foreach (string url in member.PeerUrls)
        {
            if (Uri.TryCreate(url, UriKind.Absolute, out Uri? one))
                urls.Add(one);
        }

        return urls;
    }

    // Not all that /health judges by: that a disk was slow some time ago, in a store that is quiet since, must neither
    // hold up an update for ever nor send a machine back.
    private static string NoLeader(Replica replica) =>
        replica.Leader.IsNone ? "the store has no leader that this member knows" : "";

    private static string SlowSync(Replica replica, TimeSpan limit)
    {
        TimeSpan running = replica.SyncStatistics.Running;
        return running < limit
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"the store's disk has been syncing for {running.TotalMilliseconds:0} ms");
    }
}
