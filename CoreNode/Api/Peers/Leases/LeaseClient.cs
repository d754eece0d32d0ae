using CoreNode.Api.Peers.Requests;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Peers.Leases;

/// <summary>
/// A machine's lease with the built-in store (docs/decisions/0026): keeps one request open to the leader and renews in
/// it. Where that does not help, or takes long, all members are asked at once: the leader grants, and where a majority
/// knows no leader, the lease goes on as if it were granted. The leader's answer is taken also when it comes late: the
/// lease counts from the question. Renewals may overlap, so that a slow one costs no lease: whoever asks takes the open
/// request out and puts it back, and who finds none opens another.
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
    private Seat? _leader;
    private long _lastLeaseTicks;

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
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(renewal.Duration * (_options.LeaderPart + _options.MembersPart));
        Task<MemberReply> leading = AskLeaderAsync(question, end.Token);
        LeaseGrant grant;
        try
        {
            MemberReply told = await leading.WaitAsync(renewal.Duration * _options.LeaderPart, cancellation);
            grant = Judge(told.Reply) ?? await AskAllAsync(question, null, sentAt, cancellation);
        }
        catch (TimeoutException)
        {
            grant = await AskAllAsync(question, leading, sentAt, cancellation);
        }
        catch (OperationCanceledException)
        {
            grant = new LeaseGrant(LeaseGrantKind.Unreachable, "no member answered in time");
        }

        await end.CancelAsync();
        await leading;
        return grant;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        LeaseQuestion question = new(renewal, IsRelease: true);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(renewal.Duration * _options.LeaderPart);
        MemberReply told = await AskLeaderAsync(question, limit.Token);
        // Where nobody is there to hear it, the lease ends by itself.
        if (told.Reply is not (LeaseReply.Released or LeaseReply.Duplicate))
            await AskAllAsync(question, null, Now(), cancellation);
        cancellation.ThrowIfCancellationRequested();
        Volatile.Write(ref _lastLeaseTicks, 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await LeaveAsync(Interlocked.Exchange(ref _leader, null)?.Session);

    // Always ends with a reply; the request that it used is put back, or closed where an answer may still come, which
    // would be taken for that to a later question.
    private async Task<MemberReply> AskLeaderAsync(LeaseQuestion question, CancellationToken cancellation)
    {
        Seat? seat = Interlocked.Exchange(ref _leader, null);
        try
        {
            LeaseReply? reply = null;
            if (_local is not null)
                reply = await _local(question.Renewal, question.IsRelease, cancellation);
            else if (seat is not null)
                reply = await seat.Session.AskAsync(question, cancellation);
            for (int hops = 0; hops < MostHops && reply is LeaseReply.Elsewhere elsewhere; hops++)
            {
                if (seat?.Leader != elsewhere.Leader)
                {
                    await LeaveAsync(seat?.Session);
                    seat = null;
                    seat = new Seat(
                        elsewhere.Leader,
                        await LeaseSession.OpenAsync(Requests(), elsewhere.PeerUrls, cancellation));
                }

                reply = await seat.Session.AskAsync(question, cancellation);
            }

            if (seat is not null)
                await KeepAsync(seat);
            return new MemberReply(
                seat?.Leader ?? _self, reply ?? new LeaseReply.Failed("no member is known to lead"), null);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            await LeaveAsync(seat?.Session);
            string reason = fault is IOException ? fault.Message : "the leader does not answer in time";
            return new MemberReply(seat?.Leader ?? _self, new LeaseReply.Failed(reason), null);
        }
    }

    // With the one who was asked before and has not answered yet, if there is one.
    private async Task<LeaseGrant> AskAllAsync(
        LeaseQuestion question, Task<MemberReply>? leading, TimeSpan sentAt, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(question.Renewal.Duration * _options.MembersPart);
        List<Task<MemberReply>> asked = leading is null ? [] : [leading];
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
        {
            if (rest != leading)
                await LeaveAsync((await rest).Session);
        }

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
                    await KeepAsync(new Seat(told.Member, told.Session));
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
                Volatile.Write(ref _lastLeaseTicks, granted.Lease.Ticks);
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
        TimeSpan own = TimeSpan.FromTicks(Volatile.Read(ref _lastLeaseTicks));
        TimeSpan last = own > TimeSpan.Zero ? own : longest;
        return new LeaseGrant(
            LeaseGrantKind.NoLeader, "a majority of the members knows no leader: nobody can give units away")
        {
            Duration = last < renewal.Duration ? last : renewal.Duration,
        };
    }

    private NodeRequests Requests() =>
        _requests() ?? throw new IOException("the cluster is not known yet: no member has answered");

    private async Task KeepAsync(Seat seat) => await LeaveAsync(Interlocked.Exchange(ref _leader, seat)?.Session);

    private static ValueTask LeaveAsync(LeaseSession? session) => session?.DisposeAsync() ?? ValueTask.CompletedTask;

    private TimeSpan Now() => _clock.GetElapsedTime(0);

    // An open request to the one who led last.
    private sealed record Seat(NodeId Leader, LeaseSession Session);

    private sealed record MemberReply(NodeId Member, LeaseReply Reply, LeaseSession? Session);
}
