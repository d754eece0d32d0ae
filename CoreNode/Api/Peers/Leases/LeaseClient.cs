using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Leases;

/// <summary>
/// A machine's lease with the built-in store (docs/decisions/0026): keeps one request open to the leader and renews in
/// it. Where that does not help, all members are asked at once: the leader grants, and where a majority knows no
/// leader, the lease goes on as if it were granted. One caller at a time.
/// </summary>
public sealed class LeaseClient : IMachineLease, IAsyncDisposable
{
    private const int MostHops = 2;

    private readonly Func<NodeRequests?> _requests;
    private readonly Func<IReadOnlyList<Member>> _members;
    private readonly Func<LeaseRenewal, bool, CancellationToken, Task<LeaseReply>>? _local;
    private readonly NodeId _self;
    private readonly LeaseClientOptions _options;
    private readonly TimeProvider _clock;
    private LeaseSession? _leader;
    private NodeId _leaderId;
    private TimeSpan? _lastLease;

    /// <param name="requests">The way to other nodes; null while the cluster is not known yet.</param>
    /// <param name="members">The members as they are known now.</param>
    /// <param name="clock">The clock that leases count by; at a machine that may sleep the boot clock.</param>
    /// <param name="options">Its times.</param>
    public LeaseClient(
        Func<NodeRequests?> requests, Func<IReadOnlyList<Member>> members, TimeProvider clock,
        LeaseClientOptions options)
        : this(requests, members, clock, options, NodeId.None, null)
    {
    }

    /// <summary>Of a machine that is a member itself: it is asked first, without a connection.</summary>
    public LeaseClient(
        Func<NodeRequests?> requests, Func<IReadOnlyList<Member>> members, TimeProvider clock,
        LeaseClientOptions options, NodeId self, Func<LeaseRenewal, bool, CancellationToken, Task<LeaseReply>>? local)
    {
        _requests = requests;
        _members = members;
        _clock = clock;
        _options = options;
        _self = self;
        _local = local;
    }

    /// <inheritdoc/>
    public bool IsRegistration => false;

    /// <inheritdoc/>
    public async Task<LeaseGrant> RenewAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        TimeSpan sentAt = Now();
        LeaseQuestion question = new(renewal, IsRelease: false);
        try
        {
            return await AskLeaderAsync(question, cancellation) is { } reply && Judge(reply) is { } grant
                ? grant
                : await AskAllAsync(question, sentAt, cancellation);
        }
        catch (OperationCanceledException)
        {
            return new LeaseGrant(LeaseGrantKind.Unreachable, "no member answered in time");
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        LeaseQuestion question = new(renewal, IsRelease: true);
        try
        {
            if (await AskLeaderAsync(question, cancellation) is not (LeaseReply.Released or LeaseReply.Duplicate))
                await AskAllAsync(question, Now(), cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nobody is there to hear it: the lease ends by itself.
        }

        _lastLease = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_leader is { } leader)
            await leader.DisposeAsync();
        _leader = null;
    }

    // Null if that is not to be had in a few steps.
    private async Task<LeaseReply?> AskLeaderAsync(LeaseQuestion question, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(question.Renewal.Duration * _options.LeaderPart);
        try
        {
            LeaseReply? reply = null;
            if (_local is not null)
                reply = await _local(question.Renewal, question.IsRelease, limit.Token);
            else if (_leader is not null)
                reply = await _leader.AskAsync(question, limit.Token);
            for (int hops = 0; hops < MostHops && reply is LeaseReply.Elsewhere elsewhere; hops++)
            {
                if (_leader is null || _leaderId != elsewhere.Leader)
                {
                    await KeepAsync(
                        elsewhere.Leader,
                        await LeaseSession.OpenAsync(Requests(), elsewhere.PeerUrls, limit.Token));
                }

                reply = await _leader!.AskAsync(question, limit.Token);
            }

            return reply;
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // An answer may still come, and would be taken for that to a later question.
            await DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    private async Task<LeaseGrant> AskAllAsync(
        LeaseQuestion question, TimeSpan sentAt, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(question.Renewal.Duration * _options.MembersPart);
        List<Task<MemberReply>> asked = [];
        if (_local is not null)
            asked.Add(AskHereAsync(question, limit.Token));
        foreach (Member member in _members())
        {
            if (member.Id != _self)
                asked.Add(AskMemberAsync(member, question, limit.Token));
        }

        LeaseGrant grant = await FirstAsync(asked, question.Renewal, sentAt);
        await limit.CancelAsync();
        foreach (Task<MemberReply> rest in asked)
            await LeaveAsync((await rest).Session);
        return grant;
    }

    // Takes out what it has read; who is left was not waited for.
    private async Task<LeaseGrant> FirstAsync(List<Task<MemberReply>> asked, LeaseRenewal renewal, TimeSpan sentAt)
    {
        List<LeaderlessAnswer> leaderless = [];
        TimeSpan longest = TimeSpan.Zero;
        string reason = "no member is known";
        while (asked.Count > 0)
        {
            Task<MemberReply> first = await Task.WhenAny(asked);
            asked.Remove(first);
            MemberReply told = await first;
            if (Judge(told.Reply) is { } grant)
            {
                if (told.Session is not null)
                    await KeepAsync(told.Member, told.Session);
                return grant;
            }

            await LeaveAsync(told.Session);
            if (told.Reply is LeaseReply.Leaderless answer)
            {
                leaderless.Add(new LeaderlessAnswer(answer.Standing, answer.LeaderlessFor, Now()));
                longest = answer.Longest > longest ? answer.Longest : longest;
                if (LeaderlessMajority.IsCertain(leaderless, sentAt))
                    return NoLeader(renewal, longest);
            }

            reason = told.Reply is LeaseReply.Failed failed ? failed.Reason : reason;
        }

        return new LeaseGrant(LeaseGrantKind.Unreachable, leaderless.Count > 0
            ? $"{leaderless.Count} members know no leader, which is not a majority, or not for long enough"
            : reason);
    }

    private async Task<MemberReply> AskHereAsync(LeaseQuestion question, CancellationToken cancellation)
    {
        try
        {
            return new MemberReply(_self, await _local!(question.Renewal, question.IsRelease, cancellation), null);
        }
        catch (OperationCanceledException)
        {
            return new MemberReply(_self, new LeaseReply.Failed("this member does not answer itself in time"), null);
        }
    }

    private async Task<MemberReply> AskMemberAsync(
        Member member, LeaseQuestion question, CancellationToken cancellation)
    {
        LeaseSession? session = null;
        try
        {
            session = await LeaseSession.OpenAsync(Requests(), member.PeerUrls, cancellation);
            return new MemberReply(member.Id, await session.AskAsync(question, cancellation), session);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            await LeaveAsync(session);
            string reason = fault is IOException ? fault.Message : "no answer in time";
            return new MemberReply(member.Id, new LeaseReply.Failed($"member {member.Name}: {reason}"), null);
        }
    }

    // Null where the answer decides nothing.
    private LeaseGrant? Judge(LeaseReply reply)
    {
        switch (reply)
        {
            case LeaseReply.Granted granted:
                _lastLease = granted.Lease;
                return new LeaseGrant(LeaseGrantKind.Granted, "") { Duration = granted.Lease };
            case LeaseReply.Released:
                return new LeaseGrant(LeaseGrantKind.Granted, "");
            case LeaseReply.Duplicate duplicate:
                return new LeaseGrant(LeaseGrantKind.Duplicate, duplicate.Reason);
            default:
                return null;
        }
    }

    // As long as the last lease, which no later leader waits less for; a program that has just started has none, but
    // its machine may hold one.
    private LeaseGrant NoLeader(LeaseRenewal renewal, TimeSpan longest)
    {
        TimeSpan last = _lastLease ?? longest;
        return new LeaseGrant(
            LeaseGrantKind.NoLeader, "a majority of the members knows no leader: nobody can give units away")
        {
            Duration = last < renewal.Duration ? last : renewal.Duration,
        };
    }

    private NodeRequests Requests() =>
        _requests() ?? throw new IOException("the cluster is not known yet: no member has answered");

    private async Task KeepAsync(NodeId member, LeaseSession session)
    {
        await LeaveAsync(_leader);
        _leader = session;
        _leaderId = member;
    }

    private static ValueTask LeaveAsync(LeaseSession? session) => session?.DisposeAsync() ?? ValueTask.CompletedTask;

    private TimeSpan Now() => _clock.GetElapsedTime(0);

    private sealed record MemberReply(NodeId Member, LeaseReply Reply, LeaseSession? Session);
}
