using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.RebootLock;
using CoreNode.RebootLock.Model;
using CoreNode.Store;
using CoreNode.Tests.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoreNode.Tests.RebootLock;

/// <summary>Many at once, locksmithctl among them: the store's own history says whether the maximum was kept.</summary>
[TestFixture, Category("Unit")]
[CancelAfter(120_000)]
internal sealed class SemaphoreRaceTests
{
    private MemoryKeyStore _memory = null!;
    private LocalKvClient _store = null!;

    [SetUp]
    public void Begin()
    {
        _memory = new MemoryKeyStore(TimeProvider.System);
        _store = new LocalKvClient(_memory, TimeProvider.System);
    }

    [TestCase(12, 1, 0)]
    [TestCase(12, 3, 4)]
    [TestCase(40, 5, 2)]
    public async Task Each_waiter_gets_it_and_the_maximum_holds(
        int machines, int max, int locksmiths, CancellationToken stop)
    {
        await Locks(0).SetMaxAsync("", max, 0, isForced: true, stop);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<int> referee = RefereeAsync(max, machines, over.Token);
        int inside = 0;
        int most = 0;
        Task[] running = new Task[machines + locksmiths];
        for (int i = 0; i < machines; i++)
            running[i] = Task.Run(MachineAsync(i), stop);
        for (int i = 0; i < locksmiths; i++)
            running[machines + i] = Task.Run(LocksmithAsync(i), stop);
        await Task.WhenAll(running);
        Assert.That(await referee, Is.GreaterThanOrEqualTo(machines), "times that it was taken");
        Assert.That(most, Is.InRange(1, max));
        LockStatus end = await Locks(0).ReadAsync("", stop);
        Assert.That((end.Free, end.Holders.Count), Is.EqualTo((max, 0)));

        Func<Task> MachineAsync(int number) => async () =>
        {
            string id = $"m{number}";
            Semaphores locks = Locks(number + 1);
            LockAnswer answer = await locks.WaitAsync("", id, Note(), static _ => { }, stop);
            Assert.That(answer.Kind, Is.EqualTo(LockAnswerKind.Granted), answer.Reason);
            Enter();
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            Assert.That((await locks.ReleaseAsync("", id, stop)).Kind, Is.EqualTo(LockAnswerKind.Released));
        };

        Func<Task> LocksmithAsync(int number) => async () =>
        {
            OldLocksmith locksmith = new(_store, $"old{number}");
            for (int i = 0; i < 20; i++)
            {
                if ((await locksmith.LockAsync(stop)).Length > 0)
                    continue;
                Enter();
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                while ((await locksmith.UnlockAsync(stop)).Length > 0)
                    await Task.Yield();
            }
        };

        void Enter()
        {
            int now = Interlocked.Increment(ref inside);
            for (int seen = most; now > seen; seen = most)
                Interlocked.CompareExchange(ref most, now, seen);
        }
    }

    [Test]
    public async Task A_waiter_is_woken_and_told_who_is_before_it(CancellationToken stop)
    {
        Semaphores locks = Locks(1);
        await locks.AcquireAsync("", "a", Note(), stop);
        List<string> told = [];
        TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<LockAnswer> waiting = Locks(2).WaitAsync("", "b", Note(), Tell, stop);
        await waits.Task;
        Assert.That(waiting.IsCompleted, Is.False);
        await locks.ReleaseAsync("", "a", stop);
        Assert.That((await waiting).Kind, Is.EqualTo(LockAnswerKind.Granted));
        Assert.That(told, Is.EqualTo(new[] { "a" }));

        void Tell(LockStatus status)
        {
            told.Add(string.Join(' ', status.Holders.Select(static one => one.Id)));
            waits.TrySetResult();
        }
    }

    [Test]
    public async Task A_waiter_survives_a_store_without_a_leader(CancellationToken stop)
    {
        Semaphores locks = Locks(1);
        _memory.Refusal = KeyError.Of(ErrorCode.RaftInternal, "etcdserver: request timed out");
        Task<LockAnswer> waiting = locks.WaitAsync("", "b", Note(), static _ => { }, stop);
        await Task.Yield();
        Assert.That(waiting.IsCompleted, Is.False);
        _memory.Refusal = null;
        Assert.That((await waiting).Kind, Is.EqualTo(LockAnswerKind.Granted));
    }

    [Test]
    public async Task A_waiter_looks_again_when_the_history_is_gone_and_when_the_key_is(CancellationToken stop)
    {
        Semaphores locks = Locks(1);
        await locks.AcquireAsync("", "a", Note(), stop);
        WaitingStore scripted = new(_store);
        Semaphores waiter = new(scripted, TimeProvider.System, new Prng(9), NullLogger<Semaphores>.Instance);
        Task<LockAnswer> waiting = waiter.WaitAsync("", "b", Note(), static _ => { }, stop);
        await scripted.Watched.WaitAsync(stop);
        scripted.Tell(new KvWatchItem.Disconnected("the member went away", false));
        scripted.Tell(new KvWatchItem.HistoryLost(new StoreIndex(5), null, new StoreIndex(9)));
        await scripted.ReadAgain.WaitAsync(stop);
        Assert.That(waiting.IsCompleted, Is.False, "a quorum says that it is held");
        await _store.DeleteAsync(OldLocksmith.Key, KvDeleteOptions.None, stop);
        KvNode gone = new() { Key = OldLocksmith.Key, ModifiedIndex = _memory.Current.Index };
        scripted.Tell(new KvWatchItem.Changed(new KvChange(KeyAction.Delete, gone, null, gone.ModifiedIndex)));
        Assert.That((await waiting).Kind, Is.EqualTo(LockAnswerKind.Granted));
    }

    [Test]
    public async Task A_waiter_that_meets_what_is_no_semaphore_says_so(CancellationToken stop)
    {
        Semaphores locks = Locks(1);
        await locks.AcquireAsync("", "a", Note(), stop);
        TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<LockAnswer> waiting = Locks(2).WaitAsync("", "b", Note(), _ => waits.TrySetResult(), stop);
        await waits.Task;
        await _store.SetAsync(OldLocksmith.Key, "rubbish", KvSetOptions.None, stop);
        Assert.That((await waiting).Kind, Is.EqualTo(LockAnswerKind.Damaged));
    }

    [Test]
    public async Task A_waiter_that_gives_up_leaves_nothing_behind(CancellationToken stop)
    {
        Semaphores locks = Locks(1);
        await locks.AcquireAsync("", "a", Note(), stop);
        using CancellationTokenSource enough = new();
        TaskCompletionSource waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<LockAnswer> waiting = Locks(2).WaitAsync("", "b", Note(), _ => waits.TrySetResult(), enough.Token);
        await waits.Task;
        await enough.CancelAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        LockStatus status = await locks.ReadAsync("", stop);
        Assert.That(status.Holders.Select(static one => one.Id), Is.EqualTo(new[] { "a" }));
    }

    // Reads every value that was ever written.
    private async Task<int> RefereeAsync(int max, int machines, CancellationToken stop)
    {
        StoreIndex since = _memory.Current.Index.Next;
        HashSet<string> served = [];
        int taken = 0;
        int before = 0;
        await foreach (KvWatchItem item in _store.WatchAsync(OldLocksmith.Key, false, since, stop))
        {
            string text = ((KvWatchItem.Changed)item).Change.Node.Value!;
            SemaphoreValue? value = SemaphoreJson.Read(text, out string problem);
            Assert.That(value, Is.Not.Null, $"{text}: {problem}");
            Assert.That(value!.Holders, Has.Count.LessThanOrEqualTo(max), text);
            taken += value.Holders.Count > before ? 1 : 0;
            before = value.Holders.Count;
            served.UnionWith(value.Holders.Where(static one => one.StartsWith('m')));
            if (served.Count == machines && value.Holders.Count == 0)
                return taken;
        }

        return taken;
    }

    private static HolderNote Note() => new(DateTimeOffset.UnixEpoch, "race", null);

    private Semaphores Locks(int number) =>
        new(_store, TimeProvider.System, new Prng((ulong)number + 1), NullLogger<Semaphores>.Instance);
}
