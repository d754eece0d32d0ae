using System.Security.Cryptography;
using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.RebootLock;

/// <summary>
/// The reboot lock: locksmith's semaphore in the store, group by group, changed by compare-and-swap only. In: wishes of
/// holders, named by their ids. Out: answers, and notes beside the semaphore that say since when and why. What holds:
/// never more holders than the maximum by what is written here, whoever else writes; a value that is no semaphore is
/// never written over; each wish may be repeated. Who waits is woken by a watch. Any thread.
/// </summary>
public sealed partial class Semaphores
{
    private const int MostAttempts = 40;
    private const int MostRenewals = 24;

    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_shortestRenewal = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestRenewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_history = TimeSpan.FromSeconds(2);

    private readonly IKvClient _client;
    private readonly SemaphoreStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<Semaphores> _logger;

    // Field: _chance.
    private readonly Lock _gate = new();
    private readonly Prng _chance;

    /// <summary>Works on that store, and tells no log.</summary>
    public Semaphores(IKvClient store, TimeProvider clock)
        : this(
            store, clock, new Prng(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8))),
            NullLogger<Semaphores>.Instance)
    {
    }

    /// <summary>Works on that store.</summary>
    /// <param name="store">Where the semaphores are.</param>
    /// <param name="clock">Times of notes, and pauses.</param>
    /// <param name="chance">Spreads those who try at once; nobody else uses it.</param>
    /// <param name="logger">Told of locks that are taken away, and of a store that is away.</param>
    public Semaphores(IKvClient store, TimeProvider clock, Prng chance, ILogger<Semaphores> logger)
    {
        _client = store;
        _store = new SemaphoreStore(store);
        _clock = clock;
        _chance = chance;
        _logger = logger;
    }

    /// <summary>A group's lock as a quorum knows it; "" is the default group.</summary>
    /// <exception cref="RebootLockException">It cannot be read.</exception>
    public async Task<LockStatus> ReadAsync(string group, CancellationToken cancellation)
    {
        if (LockKeys.Complaint(group, isGroup: true) is { } complaint)
            throw new RebootLockException(LockAnswerKind.Refused, complaint);
        return await StatusAsync(group, await _store.ReadAsync(group, cancellation), binds: false, cancellation);
    }

    /// <summary>
    /// Takes the lock if it is free, or was held by somebody whose time is over; who holds it already has it, with the
    /// note as it is now but for its beginning. When it is cancelled the lock may be taken or not.
    /// </summary>
    public async Task<LockAnswer> AcquireAsync(
        string group, string holder, HolderNote note, CancellationToken cancellation)
    {
        if (Complaint(group, holder) is { } refused)
            return refused;
        try
        {
            LockTry end = await TryAsync(group, holder, null, cancellation);
            return await EndAcquireAsync(group, holder, note, end, cancellation);
        }
        catch (RebootLockException fault)
        {
            return new LockAnswer(fault.Kind, null, fault.Message);
        }
    }

    /// <summary>
    /// Takes the lock as soon as it can be had. Goes on while the store is away; <paramref name="told"/> hears whenever
    /// what it waits for changes. The note's times are moved by as long as it waited. Ends without the lock only if
    /// something is wrong with the wish or with what stands in the store.
    /// </summary>
    public async Task<LockAnswer> WaitAsync(
        string group, string holder, HolderNote note, Action<LockStatus> told, CancellationToken cancellation)
    {
        if (Complaint(group, holder) is { } refused)
            return refused;
        return await new SemaphoreWait(this, _client, _clock, group, holder, note, told).RunAsync(cancellation);
    }

    /// <summary>Gives the lock back.</summary>
    public async Task<LockAnswer> ReleaseAsync(string group, string holder, CancellationToken cancellation)
    {
        if (Complaint(group, holder) is { } refused)
            return refused;
        try
        {
            Dictionary<string, StoredNote> notes = await _store.ReadNotesAsync(group, cancellation);
            LockTry end = await ChangeAsync(
                group,
                null,
                seen => Task.FromResult(seen.Value.Holds(holder)
                    ? new LockStep(LockAnswerKind.Released, seen.Value.Without(holder))
                    : new LockStep(LockAnswerKind.Absent, null) { Reason = $"{holder} does not hold the lock" }),
                cancellation);
            if (notes.TryGetValue(holder, out StoredNote? note))
                await _store.RemoveNoteAsync(group, note, cancellation);
            await RenewAsync(group, end, notes, cancellation);
            return await AnswerAsync(group, end, cancellation);
        }
        catch (RebootLockException fault)
        {
            return new LockAnswer(fault.Kind, null, fault.Message);
        }
    }

    /// <summary>
    /// Sets how many may hold the lock at once. Without force no more than the store can do without
    /// (<see cref="MaxRule"/>). Who holds it goes on holding it.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="max">The maximum.</param>
    /// <param name="members">Members of the store with a vote; 0 if not known.</param>
    /// <param name="isForced">Also more than that.</param>
    /// <param name="cancellation">Ends it; the maximum may be set or not.</param>
    public async Task<LockAnswer> SetMaxAsync(
        string group, int max, int members, bool isForced, CancellationToken cancellation)
    {
        string? complaint = LockKeys.Complaint(group, isGroup: true) ?? MaxRule.Complaint(max, members, isForced);
        if (complaint is not null)
            return new LockAnswer(LockAnswerKind.Refused, null, complaint);
        try
        {
            LockTry end = await ChangeAsync(
                group,
                null,
                seen => Task.FromResult(new LockStep(
                    LockAnswerKind.Changed, seen.Value.Max == max ? null : seen.Value.WithMax(max))),
                cancellation);
            if (end.Step.Next is not null && end.After.Value.Holders.Count > 0)
                await RenewAsync(group, end, await _store.ReadNotesAsync(group, cancellation), cancellation);
            LockAnswer answer = await AnswerAsync(group, end, cancellation);
            return answer with { OldMax = end.Before.Value.Max };
        }
        catch (RebootLockException fault)
        {
            return new LockAnswer(fault.Kind, null, fault.Message);
        }
    }

    /// <summary>
    /// Notes that a holder is up, if it holds the lock, so that others know since when one is gone. A store that does
    /// not take it is not asked again.
    /// </summary>
    public async Task HearAsync(string group, string holder, CancellationToken cancellation)
    {
        try
        {
            StoredSemaphore stored = await _store.ReadAsync(group, cancellation);
            if (!stored.Value.Holds(holder))
                return;
            await _store.HearAsync(group, holder, _clock.GetUtcNow(), cancellation);
            await StatusAsync(group, stored, binds: true, cancellation);
        }
        catch (RebootLockException)
        {
            // The next time.
        }
    }

    /// <summary>Tries to take the lock, beginning with what was just seen of it if that is given.</summary>
    /// <exception cref="RebootLockException">The store cannot be used.</exception>
    internal Task<LockTry> TryAsync(
        string group, string holder, StoredSemaphore? seen, CancellationToken cancellation) =>
        ChangeAsync(group, seen, stored => DecideAsync(group, holder, stored, cancellation), cancellation);

    /// <summary>Notes what there is to note after an attempt, and answers.</summary>
    internal async Task<LockAnswer> EndAcquireAsync(
        string group, string holder, HolderNote note, LockTry end, CancellationToken cancellation)
    {
        foreach (StoredNote overdue in end.Step.Overdue)
        {
            LogOverdue(overdue.Holder, Name(group), overdue.Note.ReleaseAt, holder);
            await _store.RemoveNoteAsync(group, overdue, cancellation);
        }

        if (end.Step.Kind == LockAnswerKind.Granted)
        {
            Dictionary<string, StoredNote> notes = await _store.ReadNotesAsync(group, cancellation);
            HolderNote now = note;
            if (end.Step.Next is null && notes.TryGetValue(holder, out StoredNote? before))
                now = note with { Since = before.Note.Since };
            await NoteAsync(group, holder, now, end.After.Modified, cancellation);
            await ForgetAsync(group, end.Before, holder, notes, cancellation);
            await RenewAsync(group, end, notes, cancellation);
        }

        return await AnswerAsync(group, end, cancellation);
    }

    /// <summary>
    /// The lock with what is noted about its holders. With <paramref name="binds"/> times whose hold only the store's
    /// history shows still, since somebody changed the semaphore who renews no notes, are noted for it as it is.
    /// </summary>
    internal async Task<LockStatus> StatusAsync(
        string group, StoredSemaphore stored, bool binds, CancellationToken cancellation)
    {
        SemaphoreValue value = stored.Value;
        Dictionary<string, StoredNote>? notes =
            value.Holders.Count == 0 ? null : await _store.ReadNotesAsync(group, cancellation);
        List<LockHolder> holders = [];
        foreach (string id in value.Holders)
        {
            StoredNote? found = null;
            notes?.TryGetValue(id, out found);
            DateTimeOffset? end = null;
            if (found?.Note.ReleaseAt is not null && await CountsAsync(group, found, stored, cancellation))
            {
                end = found.Note.ReleaseAt;
                if (binds && found.Hold < stored.Modified)
                    await _store.TryReplaceNoteAsync(found, found.Note, stored.Modified, cancellation);
            }

            holders.Add(new LockHolder(id, found?.Note.Since, found?.Note.Reason ?? "", end) { Heard = found?.Heard });
        }

        return new LockStatus(value.Free, value.Max, holders, (long)stored.Modified.Value);
    }

    /// <summary>Half to all of that span.</summary>
    internal TimeSpan Spread(TimeSpan span)
    {
        lock (_gate)
            return span * (0.5 + (_chance.NextDouble() / 2));
    }

    /// <summary>None to all of that span.</summary>
    internal TimeSpan Within(TimeSpan span)
    {
        lock (_gate)
            return span * _chance.NextDouble();
    }

    internal void WaitsOn(string group, string reason) => LogWaitsOn(Name(group), reason);

    private static LockAnswer? Complaint(string group, string holder) =>
        (LockKeys.Complaint(group, isGroup: true) ?? LockKeys.Complaint(holder, isGroup: false)) is { } complaint
            ? new LockAnswer(LockAnswerKind.Refused, null, complaint)
            : null;

    private async Task<LockStep> DecideAsync(
        string group, string holder, StoredSemaphore stored, CancellationToken cancellation)
    {
        SemaphoreValue value = stored.Value;
        if (value.Holds(holder))
            return new LockStep(LockAnswerKind.Granted, null);
        if (value.Free > 0)
            return new LockStep(LockAnswerKind.Granted, value.With(holder));
        List<StoredNote> overdue = [];
        SemaphoreValue next = value;
        Dictionary<string, StoredNote> notes = value.Holders.Count == 0
            ? [] : await _store.ReadNotesAsync(group, cancellation);
        foreach (string id in value.Holders)
        {
            if (next.Free > 0 || !notes.TryGetValue(id, out StoredNote? note)
                || note.Note.ReleaseAt is not { } end || end > _clock.GetUtcNow()
                || !await CountsAsync(group, note, stored, cancellation))
                continue;
            overdue.Add(note);
            next = next.Without(id);
        }

        return next.Free > 0
            ? new LockStep(LockAnswerKind.Granted, next.With(holder)) { Overdue = overdue }
            : new LockStep(LockAnswerKind.Full, null)
            {
                Reason = string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{value.Holders.Count} of {value.Max} hold the lock: {string.Join(", ", value.Holders)}"),
            };
    }

    // Reads, decides and swaps until the decision stands.
    private async Task<LockTry> ChangeAsync(
        string group, StoredSemaphore? seen, Func<StoredSemaphore, Task<LockStep>> decide,
        CancellationToken cancellation)
    {
        bool isRace = false;
        LockTry? perhaps = null;
        TimeSpan pause = s_shortestPause;
        for (int attempt = 1; attempt <= MostAttempts; attempt++)
        {
            StoredSemaphore stored = seen ?? await _store.ReadAsync(group, cancellation);
            seen = null;
            LockStep step = await decide(stored);
            if (step.Next is not { } next)
                return perhaps is not null && step.Kind != LockAnswerKind.Full
                    ? perhaps with { After = stored, IsUncertain = true } : new LockTry(step, stored, stored, isRace);
            Swap swap = await _store.SwapAsync(group, stored, next, cancellation);
            if (swap.Written is { } written)
                return new LockTry(step, stored, written, isRace);
            if (swap.IsUnknown)
                perhaps = new LockTry(step, stored, stored, isRace);
            else
                isRace = true;
            await Task.Delay(Spread(pause), _clock, cancellation);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }

        throw new RebootLockException(
            LockAnswerKind.Unavailable,
            $"the reboot lock at {LockKeys.Semaphore(group)} could not be changed in {MostAttempts} attempts: others "
            + "were faster each time, or the store has no leader. Try again");
    }

    // What a crash, or locksmithctl, left behind of those who did not hold the lock before this attempt either.
    private async Task ForgetAsync(
        string group, StoredSemaphore before, string holder, Dictionary<string, StoredNote> notes,
        CancellationToken cancellation)
    {
        foreach (KeyValuePair<string, StoredNote> one in notes)
        {
            if (one.Key != holder && !before.Value.Holds(one.Key) && one.Value.Modified < before.Modified)
                await _store.RemoveNoteAsync(group, one.Value, cancellation);
        }
    }

    // A note whose time has an end counts for the semaphore as it is: somebody else may have changed it meanwhile. And
    // without it nobody could take the lock from a machine that is gone, so a store that is away is waited for.
    private async Task NoteAsync(
        string group, string holder, HolderNote note, StoreIndex hold, CancellationToken cancellation)
    {
        TimeSpan pause = s_shortestPause;
        for (int attempt = 1; attempt <= MostAttempts; attempt++)
        {
            string? problem = await _store.WriteNoteAsync(group, holder, note, hold, cancellation);
            if (note.ReleaseAt is not null)
            {
                try
                {
                    StoredSemaphore now = await _store.ReadAsync(group, cancellation);
                    bool isBound = now.Modified == hold && problem is null;
                    if (isBound || !now.Value.Holds(holder))
                        return;
                    hold = now.Modified;
                }
                catch (RebootLockException fault)
                {
                    problem ??= fault.Message;
                }
            }

            if (problem is not null && (attempt == MostAttempts || note.ReleaseAt is null))
                LogNotNoted(holder, Name(group), problem);
            if (note.ReleaseAt is null)
                return;
            if (problem is null)
                continue;
            await Task.Delay(Spread(pause), _clock, cancellation);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
        }
    }

    // Those who held the lock before a change and after it hold it still: their notes go on to count. Whoever changed
    // it before may be about to say so of that change: where the store's history no longer tells, that is waited for;
    // then the time counts no longer.
    private async Task RenewAsync(
        string group, LockTry end, Dictionary<string, StoredNote> notes, CancellationToken cancellation)
    {
        if (end.Step.Next is null || end.IsUncertain)
            return;
        TimeSpan pause = s_shortestRenewal;
        for (int attempt = 1; attempt <= MostRenewals; attempt++)
        {
            bool isDone = true;
            foreach (StoredNote note in notes.Values)
                isDone &= await TryRenewAsync(group, note, end, attempt == MostRenewals, cancellation);
            if (isDone || attempt == MostRenewals)
                return;
            await Task.Delay(Spread(pause), _clock, cancellation);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestRenewal.Ticks));
            try
            {
                notes = await _store.ReadNotesAsync(group, cancellation);
            }
            catch (RebootLockException)
            {
                // The store is away: what was read before is tried again.
            }
        }
    }

    // False if that is to be tried again.
    private async Task<bool> TryRenewAsync(
        string group, StoredNote note, LockTry end, bool isLast, CancellationToken cancellation)
    {
        if (note.Note.ReleaseAt is null || note.Hold > end.Before.Modified
            || !end.Before.Value.Holds(note.Holder) || !end.After.Value.Holds(note.Holder))
            return true;
        bool isProven = note.Hold == end.Before.Modified
            || await CountsAsync(group, note, end.After, cancellation);
        if (!isProven && !isLast)
            return false;
        HolderNote renewed = isProven ? note.Note : note.Note with { ReleaseAt = null };
        return await _store.TryReplaceNoteAsync(note, renewed, end.After.Modified, cancellation);
    }

    // Whether a note is of the hold that there is now. It is if nothing has changed the semaphore since it was written
    // for it; otherwise its holder must be in each value since then, by the store's own history: locksmithctl renews no
    // notes, and who gave the lock back and took it again has another hold.
    private async Task<bool> CountsAsync(
        string group, StoredNote note, StoredSemaphore now, CancellationToken cancellation)
    {
        if (note.Note.ReleaseAt is null || note.Hold >= now.Modified || note.Hold == StoreIndex.Zero)
            return note.Hold == now.Modified;
        string key = LockKeys.Semaphore(group);
        await using SemaphoreWatch history = new(_client, key, note.Hold.Next, _clock, cancellation);
        while (await history.NextAsync(s_history, cancellation) is KvWatchItem.Changed { Change: var change })
        {
            if (change.Action is KeyAction.Delete or KeyAction.CompareAndDelete or KeyAction.Expire
                || SemaphoreJson.Read(change.Node.Value ?? "", out _) is not { } value || !value.Holds(note.Holder))
                return false;
            if (change.Node.ModifiedIndex >= now.Modified)
                return change.Node.ModifiedIndex == now.Modified;
        }

        return false;
    }

    private async Task<LockAnswer> AnswerAsync(string group, LockTry end, CancellationToken cancellation)
    {
        LockStatus status = await StatusAsync(group, end.After, binds: false, cancellation);
        return new LockAnswer(end.Step.Kind, status, end.Step.Reason);
    }
}
