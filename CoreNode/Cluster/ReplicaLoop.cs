using CoreNode.Platform;

namespace CoreNode.Cluster;

/// <summary>
/// The thread that owns one <see cref="ReplicaCore"/>: takes what is in the inbox, runs a round, publishes, answers,
/// sleeps. If anything in it throws, nothing more is acknowledged and <see cref="Completion"/> faults: the process must
/// stop.
/// </summary>
internal sealed class ReplicaLoop
{
    private const int MaxMessagesARound = 2048;
    private const int InlineSignals = 4;
    private const int SignalsAChunk = 128;
    private const int MostWritersToSpinFor = 2;
    private const int SpinsBetweenLooks = 30;

    private static readonly TimeSpan s_longestSpin = TimeSpan.FromMicroseconds(200);

    private static readonly TimeSpan s_handOverTime = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_drainTime = TimeSpan.FromMilliseconds(800);

    [ThreadStatic]
    private static bool t_isLoop;

    private readonly ReplicaCore _core;
    private readonly Inbox _inbox;
    private readonly ThreadParker _parker;
    private readonly List<WatchQueue> _signals;
    private readonly Action<ReplicaCore> _publish;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _isStopping;

    internal ReplicaLoop(
        ReplicaCore core, Inbox inbox, ThreadParker parker, List<WatchQueue> signals, Action<ReplicaCore> publish)
    {
        _core = core;
        _inbox = inbox;
        _parker = parker;
        _signals = signals;
        _publish = publish;
        _thread = new Thread(Run) { Name = "replica", IsBackground = true };
    }

    /// <summary>True on the loop's thread: a request handler that finds itself there must not do long work.</summary>
    internal static bool IsLoopThread => t_isLoop;

    /// <summary>Ends with the loop; faulted if it could not go on.</summary>
    internal Task Completion => _completion.Task;

    internal void Start() => _thread.Start();

    /// <summary>Lets the loop finish what is in the log, then end.</summary>
    internal void RequestStop()
    {
        _isStopping = true;
        _parker.Unpark();
    }

    private void Run()
    {
        t_isLoop = true;
        try
        {
            while (!_isStopping)
                Round();
            Drain();
            _completion.TrySetResult();
        }
        catch (Exception fault)
        {
            // The state may be half changed: answer nobody with success any more.
            _core.Stop(StoreErrors.Stopped);
            _completion.TrySetException(fault);
            _core.Answer();
        }
    }

    private void Round()
    {
        int taken = 0;
        while (taken < MaxMessagesARound && _inbox.TryTake(out LoopMessage? message))
        {
            _core.Handle(message);
            taken++;
        }

        _core.RunRound();
        _publish(_core);
        _core.Answer();
        SignalWatchers();
        if (taken == 0 && !SpinForDisk())
            _parker.Park(_core.TimeToNextEvent());
    }

    // With one or two writers the sync is waited for awake: to be woken from an idle processor costs them a third of
    // the sync itself. With more, the processor has better things to do, and where others answer it waits for them.
    private bool SpinForDisk()
    {
        if (Environment.ProcessorCount < 2 || _core.PendingCount is 0 or > MostWritersToSpinFor || !_core.IsAlone)
            return false;
        long start = _core.Time.GetTimestamp();
        while (_core.Time.GetElapsedTime(start) < s_longestSpin)
        {
            if (!_inbox.IsEmpty)
                return true;
            Thread.SpinWait(SpinsBetweenLooks);
        }

        return false;
    }

    // On stop: what is already in the log gets its answer, as long as the disk answers in time.
    private void Drain()
    {
        long start = _core.Time.GetTimestamp();
        while (_core.HandOver() && _core.Time.GetElapsedTime(start) < s_handOverTime)
            Round();
        while (_core.HasPending && _core.Time.GetElapsedTime(start) < s_drainTime)
            Round();
        _core.Stop(StoreErrors.Stopped);
        while (_inbox.TryTake(out LoopMessage? message))
            _core.Handle(message);
        _core.Stop(StoreErrors.Stopped);
        _core.Answer();
        _core.WriteLastHardState();
    }

    // Thousands of watchers of one key: their answers are written by the pool, so that the loop goes on at once.
    private void SignalWatchers()
    {
        if (_signals.Count == 0)
            return;
        if (_signals.Count <= InlineSignals)
        {
            for (int i = 0; i < _signals.Count; i++)
                _signals[i].Signal();
        }
        else
        {
            foreach (WatchQueue[] chunk in _signals.Chunk(SignalsAChunk))
                ThreadPool.UnsafeQueueUserWorkItem(SignalAll, chunk, preferLocal: false);
        }

        _signals.Clear();
    }

    private static void SignalAll(WatchQueue[] watchers)
    {
        foreach (WatchQueue watcher in watchers)
            watcher.Signal();
    }
}
