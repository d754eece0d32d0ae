using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Store;

namespace CoreNode.RebootLock;

/// <summary>
/// One holder's wait for the lock: woken by a watch of the semaphore, and by the time at which a holder's note lets it
/// be taken away. What the watch shows is tried at once; who was too late once waits a random moment first, since then
/// several wait. Runs once.
/// </summary>
internal sealed class SemaphoreWait(
    Semaphores semaphores, IKvClient client, TimeProvider clock, string group, string holder, HolderNote note,
    Action<LockStatus> told)
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(50);

    // Notes are not watched: one follows a moment after its holder, and may be changed by hand.
    private static readonly TimeSpan s_firstLook = TimeSpan.FromSeconds(1);
    // By then whoever of us changed the semaphore has renewed them.
    private static readonly TimeSpan s_binding = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_shortestLook = TimeSpan.FromMilliseconds(100);

    private readonly string _key = LockKeys.Semaphore(group);
    private readonly DateTimeOffset _begun = clock.GetUtcNow();
    private LockStatus? _told;
    private TimeSpan _pause = s_shortestPause;
    private string _fault = "";
    private bool _isRaced;
    private bool _isNewlyTold;

    /// <summary>Waits.</summary>
    public async Task<LockAnswer> RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                LockTry end = await semaphores.TryAsync(group, holder, null, cancellation);
                _fault = "";
                if ((await EndAsync(end, cancellation) ?? await FollowAsync(end.After, cancellation)) is { } answer)
                    return answer;
            }
            catch (RebootLockException fault)
            {
                if (fault.Kind != LockAnswerKind.Unavailable)
                    return new LockAnswer(fault.Kind, null, fault.Message);
                if (fault.Message != _fault)
                    semaphores.WaitsOn(group, fault.Message);
                _fault = fault.Message;
            }

            await Task.Delay(semaphores.Spread(_pause), clock, cancellation);
            _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    private static StoreIndex Later(StoreIndex a, StoreIndex b) => a > b ? a : b;

    // Null: the watch ended, and a new look is needed.
    private async Task<LockAnswer?> FollowAsync(StoredSemaphore full, CancellationToken cancellation)
    {
        StoreIndex known = full.Modified;
        await using SemaphoreWatch watch = new(client, _key, full.Seen.Next, clock, cancellation);
        while (true)
        {
            KvWatchItem? item = await watch.NextAsync(Limit(), cancellation);
            if (watch.IsOver || item is KvWatchItem.Refused)
                return null;
            if (item is KvWatchItem.Disconnected)
                continue;

            // Of what a watch read again after a loss, and of a removal, a quorum is asked.
            StoredSemaphore? seen = item is KvWatchItem.Changed { Change: var change } ? Read(change) : null;
            if (seen is not null && seen.Modified <= known)
                continue;
            _pause = s_shortestPause;
            if (seen is { Value: var value } && value.Free <= 0 && !value.Holds(holder))
            {
                known = seen.Modified;
                Tell(await semaphores.StatusAsync(group, seen, binds: false, cancellation));
                continue;
            }

            if (seen is not null && _isRaced)
            {
                await Task.Delay(semaphores.Within(s_turn), clock, cancellation);
                seen = null;
            }

            LockTry end = await semaphores.TryAsync(group, holder, seen, cancellation);
            known = Later(known, end.After.Modified);
            _isRaced |= end.IsRace;
            if (await EndAsync(end, cancellation) is { } answer)
                return answer;
        }
    }

    private StoredSemaphore? Read(KvChange change) =>
        change.Action is KeyAction.Delete or KeyAction.CompareAndDelete or KeyAction.Expire
            ? null : SemaphoreStore.Of(_key, change.Node, change.Node.ModifiedIndex);

    private async Task<LockAnswer?> EndAsync(LockTry end, CancellationToken cancellation)
    {
        if (end.Step.Kind != LockAnswerKind.Full)
        {
            TimeSpan waited = clock.GetUtcNow() - _begun;
            HolderNote now = note with { Since = note.Since + waited, ReleaseAt = note.ReleaseAt + waited };
            return await semaphores.EndAcquireAsync(group, holder, now, end, cancellation);
        }

        Tell(await semaphores.StatusAsync(group, end.After, binds: true, cancellation));
        return null;
    }

    private void Tell(LockStatus status)
    {
        _isNewlyTold = _told is null || status.Index != _told.Index;
        if (_told is not null && IsSame(_told, status))
            return;
        _told = status;
        told(status);
    }

    // Until a holder's time is over, or until notes are looked at again.
    private TimeSpan Limit()
    {
        TimeSpan limit = s_look;
        DateTimeOffset now = clock.GetUtcNow();
        foreach (LockHolder one in _told?.Holders ?? [])
        {
            if (one.Since is null && _isNewlyTold)
                limit = limit < s_firstLook ? limit : s_firstLook;
            if (one.ReleaseAt is not null && _isNewlyTold && s_binding < limit)
                limit = s_binding;
            if (one.ReleaseAt is { } end && end - now < limit)
                limit = end - now;
        }

        _isNewlyTold = false;
        return limit < s_shortestLook ? s_shortestLook : limit;
    }

    private static bool IsSame(LockStatus a, LockStatus b)
    {
        if (a.Index != b.Index || a.Max != b.Max || a.Holders.Count != b.Holders.Count)
            return false;
        for (int i = 0; i < a.Holders.Count; i++)
        {
            (LockHolder one, LockHolder other) = (a.Holders[i], b.Holders[i]);
            if (one.Id != other.Id || one.Since != other.Since || one.Reason != other.Reason
                || one.ReleaseAt != other.ReleaseAt)
                return false;
        }

        return true;
    }
}
