using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.RebootLock;
using CoreNode.RebootLock.Model;
using CoreNode.Store;
using CoreNode.Tests.Api;
using CoreNode.Tests.Units.Agent;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.RebootLock;

/// <summary>One lock after the other, on a store in memory.</summary>
[TestFixture, Category("Unit")]
[CancelAfter(60_000)]
internal sealed class SemaphoresTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);

    private ManualTime _time = null!;
    private MemoryKeyStore _memory = null!;
    private LocalKvClient _store = null!;
    private Semaphores _locks = null!;

    [SetUp]
    public void Begin()
    {
        _time = new ManualTime(s_start);
        _memory = new MemoryKeyStore(_time);
        _store = new LocalKvClient(_memory, _time);
        _locks = new Semaphores(_store, _time, new Prng(1), NullLogger<Semaphores>.Instance);
    }

    [Test]
    public async Task A_lock_is_taken_once_and_given_back(CancellationToken stop)
    {
        LockAnswer first = await _locks.AcquireAsync("", "m1", Note("update"), stop);
        Assert.That(first.Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":0,"max":1,"holders":["m1"]}"""));
        Assert.That(
            first.Status!.Holders, Is.EqualTo(new[] { new LockHolder("m1", s_start, "update", null) }));
        LockAnswer second = await _locks.AcquireAsync("", "m2", Note(""), stop);
        Assert.That(second.Kind, Is.EqualTo(LockAnswerKind.Full));
        Assert.That(second.Reason, Is.EqualTo("1 of 1 hold the lock: m1"));
        Assert.That((await _locks.ReleaseAsync("", "m2", stop)).Kind, Is.EqualTo(LockAnswerKind.Absent));
        Assert.That((await _locks.ReleaseAsync("", "m1", stop)).Kind, Is.EqualTo(LockAnswerKind.Released));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":1,"max":1,"holders":[]}"""));
        Assert.That(await NotesAsync(stop), Is.Empty);
    }

    [Test]
    public async Task Who_holds_it_is_granted_it_again_and_keeps_its_beginning(CancellationToken stop)
    {
        await _locks.AcquireAsync("", "m1", Note("first"), stop);
        ulong index = (ulong)(await _locks.ReadAsync("", stop)).Index;
        _time.Advance(TimeSpan.FromMinutes(5));
        LockAnswer again = await _locks.AcquireAsync("", "m1", Note("second"), stop);
        Assert.That(again.Kind, Is.EqualTo(LockAnswerKind.Granted));
        LockStatus status = await _locks.ReadAsync("", stop);
        Assert.That(status.Holders, Is.EqualTo(new[] { new LockHolder("m1", s_start, "second", null) }));
        Assert.That(status.Index, Is.EqualTo((long)index), "the semaphore was not written again");
    }

    [Test]
    public async Task Nothing_is_written_by_reading(CancellationToken stop)
    {
        LockStatus status = await _locks.ReadAsync("prod", stop);
        Assert.That((status.Free, status.Max, status.Index), Is.EqualTo((1, 1, 0L)));
        Assert.That(_memory.Current.Index.Value, Is.EqualTo(3));
    }

    [Test]
    public async Task Groups_are_locks_of_their_own(CancellationToken stop)
    {
        await _locks.AcquireAsync("prod/db", "m1", Note(""), stop);
        Assert.That((await _locks.AcquireAsync("", "m2", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Granted));
        var found = (KvOutcome.Done)await _store.GetAsync(
            "/coreos.com/updateengine/rebootlock/groups/prod%2Fdb/semaphore", KvGetOptions.Plain, stop);
        Assert.That(found.Change.Node.Value, Does.Contain("m1"));
    }

    [Test]
    public async Task A_value_that_is_no_semaphore_is_left_alone(CancellationToken stop)
    {
        await _store.SetAsync(OldLocksmith.Key, "{\"semaphore\":1}", KvSetOptions.None, stop);
        LockAnswer[] answers =
        [
            await _locks.AcquireAsync("", "m1", Note(""), stop),
            await _locks.WaitAsync("", "m1", Note(""), static _ => { }, stop),
            await _locks.ReleaseAsync("", "m1", stop),
            await _locks.SetMaxAsync("", 1, 3, isForced: true, stop),
        ];
        Assert.That(answers.Select(static one => one.Kind), Is.All.EqualTo(LockAnswerKind.Damaged));
        Assert.That(answers[0].Reason, Does.Contain(OldLocksmith.Key).And.Contain("corenode kv set"));
        Assert.That(await ValueAsync(stop), Is.EqualTo("{\"semaphore\":1}"));
        Assert.That(
            async () => await _locks.ReadAsync("", stop),
            Throws.TypeOf<RebootLockException>().With.Property("Kind").EqualTo(LockAnswerKind.Damaged));
    }

    [Test]
    public async Task The_maximum_is_bounded_by_the_quorum(CancellationToken stop)
    {
        LockAnswer refused = await _locks.SetMaxAsync("", 2, 3, isForced: false, stop);
        Assert.That(refused.Kind, Is.EqualTo(LockAnswerKind.Refused));
        Assert.That(_memory.Current.Index.Value, Is.EqualTo(3), "nothing was written");
        LockAnswer forced = await _locks.SetMaxAsync("", 2, 3, isForced: true, stop);
        Assert.That((forced.Kind, forced.OldMax, forced.Status!.Max), Is.EqualTo((LockAnswerKind.Changed, 1, 2)));
        await _locks.AcquireAsync("", "m1", Note(""), stop);
        LockAnswer lowered = await _locks.SetMaxAsync("", 0, 3, isForced: false, stop);
        Assert.That((lowered.OldMax, lowered.Status!.Free), Is.EqualTo((2, -1)));
    }

    [Test]
    public async Task A_lock_whose_time_is_over_is_taken_by_who_wants_it(CancellationToken stop)
    {
        HolderNote note = new(s_start, "update", s_start.AddMinutes(10));
        await _locks.AcquireAsync("", "m1", note, stop);
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.That((await _locks.AcquireAsync("", "m2", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Full));
        _time.Advance(TimeSpan.FromMinutes(1));
        LockAnswer taken = await _locks.AcquireAsync("", "m2", Note("later"), stop);
        Assert.That(taken.Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":0,"max":1,"holders":["m2"]}"""));
        Assert.That(await NotesAsync(stop), Is.EqualTo(new[] { LockKeys.Note("", "m2") }));
    }

    [Test]
    public async Task Who_waits_takes_it_when_the_time_is_over(CancellationToken stop)
    {
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "update", s_start.AddSeconds(0.2)), stop);
        TaskCompletionSource<LockStatus> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<LockAnswer> waiting = _locks.WaitAsync("", "m2", Note(""), status => told.TrySetResult(status), stop);
        Assert.That((await told.Task).Holders[0].ReleaseAt, Is.EqualTo(s_start.AddSeconds(0.2)));
        Assert.That(waiting.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(1));
        LockAnswer taken = await waiting;
        Assert.That(taken.Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(taken.Status!.Holders[0].Since, Is.EqualTo(s_start.AddSeconds(1)), "not when it began to wait");
    }

    [Test]
    public async Task A_note_of_somebody_who_holds_nothing_is_forgotten(CancellationToken stop)
    {
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "old", s_start), stop);
        Assert.That(await new OldLocksmith(_store, "m1").UnlockAsync(stop), Is.Empty);
        await _locks.AcquireAsync("", "m2", Note(""), stop);
        Assert.That(await NotesAsync(stop), Is.EqualTo(new[] { LockKeys.Note("", "m2") }));
    }

    [Test]
    public async Task A_time_ends_with_its_hold_and_not_with_the_next_one(CancellationToken stop)
    {
        OldLocksmith old = new(_store, "m1");
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "first", s_start.AddMinutes(1)), stop);
        Assert.That(await old.UnlockAsync(stop), Is.Empty);
        Assert.That(await old.LockAsync(stop), Is.Empty);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That((await _locks.AcquireAsync("", "m2", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Full));
        Assert.That((await _locks.ReadAsync("", stop)).Holders.Single().ReleaseAt, Is.Null, "by hand");
        // It says so itself.
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "second", s_start.AddMinutes(1)), stop);
        Assert.That((await _locks.AcquireAsync("", "m2", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Granted));
    }

    [Test]
    public async Task A_time_goes_on_while_others_take_and_give_back_the_lock(CancellationToken stop)
    {
        DateTimeOffset end = s_start.AddMinutes(1);
        await _locks.SetMaxAsync("", 3, 9, isForced: false, stop);
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "", end), stop);
        await _locks.AcquireAsync("", "m2", new HolderNote(s_start, "", end), stop);
        await _locks.AcquireAsync("", "m3", Note(""), stop);
        await _locks.ReleaseAsync("", "m3", stop);
        await _locks.SetMaxAsync("", 2, 9, isForced: false, stop);
        Assert.That(
            (await _locks.ReadAsync("", stop)).Holders.Select(static one => one.ReleaseAt),
            Is.EqualTo(new DateTimeOffset?[] { end, end }));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await _locks.AcquireAsync("", "m4", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":0,"max":2,"holders":["m2","m4"]}"""));
        Assert.That((await _locks.AcquireAsync("", "m5", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":0,"max":2,"holders":["m4","m5"]}"""));
    }

    [Test]
    public async Task A_time_goes_on_though_locksmithctl_changes_the_lock_beside_it(CancellationToken stop)
    {
        DateTimeOffset end = s_start.AddMinutes(1);
        OldLocksmith old = new(_store, "old");
        await _locks.SetMaxAsync("", 2, 9, isForced: false, stop);
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "update", end), stop);
        Assert.That(await old.LockAsync(stop), Is.Empty);
        Assert.That(
            (await _locks.ReadAsync("", stop)).Holders.Select(static one => (one.Id, one.ReleaseAt)),
            Is.EqualTo(new (string, DateTimeOffset?)[] { ("m1", end), ("old", null) }));
        Assert.That((await _locks.AcquireAsync("", "m2", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Full));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await _locks.AcquireAsync("", "m2", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":0,"max":2,"holders":["m2","old"]}"""));
    }

    [Test]
    public async Task Whoever_of_us_changes_the_lock_next_notes_a_time_anew(CancellationToken stop)
    {
        DateTimeOffset end = s_start.AddMinutes(1);
        await _locks.SetMaxAsync("", 3, 9, isForced: false, stop);
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "update", end), stop);
        Assert.That(await new OldLocksmith(_store, "old").LockAsync(stop), Is.Empty);
        await _locks.AcquireAsync("", "m2", Note(""), stop);
        await ForgetHistoryAsync(stop);
        Assert.That((await _locks.ReadAsync("", stop)).Holders[0].ReleaseAt, Is.EqualTo(end));
    }

    [Test]
    public async Task Who_holds_the_lock_and_is_up_notes_its_time_anew_and_when_it_was_heard_of(
        CancellationToken stop)
    {
        DateTimeOffset end = s_start.AddMinutes(1);
        await _locks.SetMaxAsync("", 2, 9, isForced: false, stop);
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "update", end), stop);
        Assert.That(await new OldLocksmith(_store, "old").LockAsync(stop), Is.Empty);
        _time.Advance(TimeSpan.FromSeconds(10));
        await _locks.HearAsync("", "m1", stop);
        await _locks.HearAsync("", "m2", stop);
        await ForgetHistoryAsync(stop);
        LockHolder m1 = (await _locks.ReadAsync("", stop)).Holders[0];
        Assert.That((m1.ReleaseAt, m1.Heard), Is.EqualTo((end, s_start.AddSeconds(10))));
        await _locks.ReleaseAsync("", "m1", stop);
        Assert.That(await NotesAsync(stop), Is.Empty, "nothing is heard of who holds nothing");
    }

    [Test]
    public async Task A_time_counts_no_longer_once_nobody_can_tell_whose_hold_it_is_of(CancellationToken stop)
    {
        await _locks.SetMaxAsync("", 2, 9, isForced: false, stop);
        await _locks.AcquireAsync("", "m1", new HolderNote(s_start, "", s_start.AddMinutes(1)), stop);
        Assert.That(await new OldLocksmith(_store, "old").LockAsync(stop), Is.Empty);
        await ForgetHistoryAsync(stop);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That((await _locks.ReadAsync("", stop)).Holders[0].ReleaseAt, Is.Null);
        Assert.That((await _locks.AcquireAsync("", "m2", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Full));
    }

    [Test]
    public async Task A_time_goes_on_while_many_change_the_lock_at_once(CancellationToken stop)
    {
        DateTimeOffset end = DateTimeOffset.UtcNow.AddHours(1);
        Semaphores locks = new(_store, TimeProvider.System);
        await locks.SetMaxAsync("", 6, 13, isForced: false, stop);
        await locks.AcquireAsync("", "m0", new HolderNote(s_start, "", end), stop);
        await Task.WhenAll(Enumerable.Range(1, 5).Select(async number =>
        {
            for (int i = 0; i < 5; i++)
            {
                await locks.AcquireAsync("", $"m{number}", new HolderNote(s_start, "", null), stop);
                await Task.Yield();
                await locks.ReleaseAsync("", $"m{number}", stop);
            }
        }));
        LockHolder left = (await locks.ReadAsync("", stop)).Holders.Single();
        Assert.That(left.ReleaseAt, Is.EqualTo(end).Within(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task What_locksmithctl_took_has_no_beginning(CancellationToken stop)
    {
        Assert.That(await new OldLocksmith(_store, "old").LockAsync(stop), Is.Empty);
        LockStatus status = await _locks.ReadAsync("", stop);
        Assert.That(status.Holders, Is.EqualTo(new[] { new LockHolder("old", null, "", null) }));
        Assert.That((await _locks.ReleaseAsync("", "old", stop)).Kind, Is.EqualTo(LockAnswerKind.Released));
    }

    [Test]
    public async Task A_store_that_is_away_is_told(CancellationToken stop)
    {
        CutStore cut = new(_store) { IsCut = true };
        Semaphores locks = new(cut, _time);
        LockAnswer answer = await locks.AcquireAsync("", "m1", Note(""), stop);
        Assert.That((answer.Kind, answer.Status), Is.EqualTo((LockAnswerKind.Unavailable, (LockStatus?)null)));
        Assert.That(answer.Reason, Does.Contain("cut off"));
    }

    [Test]
    public async Task A_write_whose_answer_is_lost_counts_if_it_was_done(CancellationToken stop)
    {
        LossyStore lossy = new(_store);
        Semaphores locks = new(lossy, TimeProvider.System);
        lossy.Losses = 1;
        Assert.That((await locks.AcquireAsync("", "m1", Note(""), stop)).Kind, Is.EqualTo(LockAnswerKind.Granted));
        lossy.Losses = 1;
        LockAnswer max = await locks.SetMaxAsync("", 3, 9, isForced: false, stop);
        Assert.That((max.Kind, max.OldMax, max.Status!.Max), Is.EqualTo((LockAnswerKind.Changed, 1, 3)));
        lossy.Losses = 1;
        Assert.That((await locks.ReleaseAsync("", "m1", stop)).Kind, Is.EqualTo(LockAnswerKind.Released));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":3,"max":3,"holders":[]}"""));
    }

    [Test]
    public async Task A_time_is_noted_though_the_store_has_no_leader_for_a_while(CancellationToken stop)
    {
        LossyStore lossy = new(_store) { LostNotes = 4 };
        Semaphores locks = new(lossy, TimeProvider.System);
        DateTimeOffset end = DateTimeOffset.UtcNow.AddHours(1);
        LockAnswer taken = await locks.AcquireAsync("", "m1", new HolderNote(s_start, "update", end), stop);
        Assert.That(taken.Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(lossy.LostNotes, Is.Zero);
        Assert.That(
            (await locks.ReadAsync("", stop)).Holders.Single().ReleaseAt,
            Is.EqualTo(end).Within(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task An_attempt_that_is_given_up_is_over_before_it_ends(CancellationToken stop)
    {
        TaskCompletionSource gate = new();
        LossyStore lossy = new(_store) { Gate = gate.Task };
        Semaphores locks = new(lossy, TimeProvider.System);
        using CancellationTokenSource given = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<LockAnswer> taking = locks.AcquireAsync("", "m1", Note(""), given.Token);
        await lossy.Waits.Task.WaitAsync(stop);
        await given.CancelAsync();
        Assert.That(taking.IsCompleted, Is.False, "its write is under way");
        lossy.Gate = null;
        gate.SetResult();
        await taking.ContinueWith(static _ => { }, stop, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.That((await locks.ReleaseAsync("", "m1", stop)).Kind, Is.EqualTo(LockAnswerKind.Released));
        Assert.That(await ValueAsync(stop), Is.EqualTo("""{"semaphore":1,"max":1,"holders":[]}"""));
    }

    private HolderNote Note(string reason) => new(_time.GetUtcNow(), reason, null);

    // More changes than the store keeps.
    private async Task ForgetHistoryAsync(CancellationToken stop)
    {
        for (int i = 0; i < 1100; i++)
            await _store.SetAsync("/busy", "x", KvSetOptions.None, stop);
    }

    private async Task<string> ValueAsync(CancellationToken stop) =>
        ((KvOutcome.Done)await _store.GetAsync(OldLocksmith.Key, KvGetOptions.Plain, stop)).Change.Node.Value!;

    private async Task<string[]> NotesAsync(CancellationToken stop)
    {
        KvOutcome outcome = await _store.GetAsync(LockKeys.Notes(""), KvGetOptions.Plain, stop);
        return outcome is KvOutcome.Done done ? [.. done.Change.Node.Nodes.Select(static one => one.Key)] : [];
    }
}
