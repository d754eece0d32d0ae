using System.Globalization;
using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster;
using CoreNode.Hosting.Updates;
using CoreNode.Reboots;
using CoreNode.Store;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Hosting.Reboots;

/// <summary>Members as reboots see them.</summary>
internal static class RebootsPlaces
{
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_moving = TimeSpan.FromSeconds(10);

    /// <summary>A member: its store needs a quorum without it.</summary>
    public static RebootsPlace Of(
        Replica replica, IKvClient store, UpdatesPlace others, NodeRequests requests) =>
        new(store)
        {
            Others = () => OthersOf(replica),
            Requests = () => requests,
            LookAsync = (isLast, cancellation) => LookAsync(replica, others, isLast, cancellation),
            MoveLeaderAsync = cancellation => MoveAsync(replica, cancellation),
        };

    /// <summary>What a store of so many voters is without one of them.</summary>
    /// <param name="voters">How many have a vote.</param>
    /// <param name="isVoter">Whether this one has.</param>
    /// <param name="healthyOthers">How many of the others are in the cluster.</param>
    internal static RebootPermission Judge(int voters, bool isVoter, int healthyOthers)
    {
        int quorum = (voters / 2) + 1;
        if (!isVoter || healthyOthers >= quorum)
            return RebootPermission.Granted;
        string text = voters switch
        {
            1 => "the cluster has one member: its store is away while the machine restarts",
            2 => "the cluster has two members: its store has no quorum while one of them restarts",
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"the store would lose its quorum: of the {voters - 1} other members {healthyOthers} are healthy, and "
                    + $"{quorum} are needed"),
        };
        return new RebootPermission(text, voters <= 2);
    }

    private static List<Member> OthersOf(Replica replica)
    {
        List<Member> others = [];
        foreach (Member member in replica.Members)
        {
            if (member.Id != replica.Self)
                others.Add(member);
        }

        return others;
    }

    private static async Task<RebootPermission> LookAsync(
        Replica replica, UpdatesPlace others, bool isLast, CancellationToken cancellation)
    {
        ClusterStatus status = replica.Status;
        bool isVoter = false;
        foreach (Foundation.NodeId voter in status.Voters)
            isVoter |= voter == replica.Self;
        List<Task<bool>> asking = [];
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_answer);
        foreach (Member member in replica.Members)
        {
            bool isOther = false;
            foreach (Foundation.NodeId voter in status.Voters)
                isOther |= voter == member.Id && voter != replica.Self;
            if (isOther && status.Voters.Count > 2)
                asking.Add(IsHealthyAsync(member, others, isLast, limit.Token));
        }

        int healthy = 0;
        foreach (Task<bool> one in asking)
            healthy += await one ? 1 : 0;
        cancellation.ThrowIfCancellationRequested();
        return Judge(status.Voters.Count, isVoter, healthy);
    }

    /// <summary>Whether a member is counted on: it is in the cluster and, by the last look, is not leaving.</summary>
    internal static bool Counts(WitnessAccount? account, bool isLast) =>
        account is { IsInCluster: true } && !(isLast && account.IsLeaving);

    private static async Task<bool> IsHealthyAsync(
        Member member, UpdatesPlace others, bool isLast, CancellationToken limit)
    {
        foreach (string text in member.PeerUrls)
        {
            try
            {
                if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
                    && Counts((await others.AskAsync(url, limit)).Account, isLast))
                {
                    return true;
                }
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                // Who does not answer in time is not counted on.
            }
        }

        return false;
    }

    private static async Task MoveAsync(Replica replica, CancellationToken cancellation)
    {
        if (replica.Leader != replica.Self || replica.Status.Voters.Count < 2)
            return;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_moving);
        try
        {
            MemberChangeOutcome outcome = await replica.MoveLeaderAsync(default, limit.Token);
            if (outcome.Code != MemberChangeCode.Done)
                throw new IOException($"leadership stays here: {outcome.Message}");
            while (replica.Leader == replica.Self)
                await Task.Delay(s_look, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"leadership is still here after {s_moving.TotalSeconds:0} s");
        }
    }
}
