using CoreNode.Cluster.Clients;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster.Leading;

/// <summary>
/// One term in which this member leads: keeps the table of leases and confirms the quorum as often as that needs.
/// While no machine holds a lease and nobody asks for one, it sleeps. Any thread calls; one loop runs it.
/// </summary>
internal sealed class LeaderTerm : ILeaderTerm, IDisposable
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromHours(1);

    // _table, _waiting, _wake, _told, _isChanged, _toldUntil, _askedAt, _isAsleep, _isOver
    private readonly Lock _gate = new();
    private readonly ILeaderLog _log;
    private readonly LeaseTimes _times;
    private readonly TimeProvider _time;
    private readonly Func<string, ulong> _registeredInstance;
    private readonly Term _term;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<WaitingRenewal> _waiting = [];
    private LeaseTable _table;
    private TaskCompletionSource _wake = Signal();
    private TaskCompletionSource _told = Signal();
    private bool _isChanged;
    private bool _isAsleep;
    private bool _isOver;
    private TimeSpan _toldUntil;
    private TimeSpan? _askedAt;
    private TimeSpan _contactSentAt;

    internal LeaderTerm(
        ILeaderLog log, IKeyStore store, Term term, LeaseTimes times, TimeProvider time,
        Func<string, ulong> registeredInstance)
    {
        _log = log;
        _term = term;
        _times = times;
        _time = time;
        _registeredInstance = registeredInstance;
        _table = new LeaseTable(times.Lease, times.LongestGap, TimeSpan.Zero);
        Ended = _ended.Token;
        Writes = new LocalKvClient(
            store, time, (command, cancellation) => log.ProposeAsync(command, term, cancellation));
    }

    public ulong Number => _term.Value;

    public CancellationToken Ended { get; }

    public IKvClient Writes { get; }

    public bool AreLeasesKeys => false;

    /// <summary>How long nobody is called gone that this term has not heard of.</summary>
    internal TimeSpan Wait
    {
        get
        {
            lock (_gate)
                return _table.Wait;
        }
    }

    public IReadOnlyCollection<string> Present
    {
        get
        {
            lock (_gate)
                return _table.Present(Now());
        }
    }

    public MachineLeaseState StateOf(string machineId)
    {
        lock (_gate)
        {
            // Whoever asks wants to know when it ends, so contacts go on for a while, or begin.
            TimeSpan now = Now();
            _askedAt = now;
            if (_isAsleep)
                _wake.TrySetResult();
            return _table.StateOf(machineId, now);
        }
    }

    public async Task WaitForChangeAsync(TimeSpan limit, CancellationToken cancellation)
    {
        TimeSpan until = Now() + limit;
        while (true)
        {
            Task told;
            TimeSpan now;
            TimeSpan? end;
            lock (_gate)
            {
                now = Now();
                end = _table.NextEnd(_toldUntil);
                if (_isChanged || _isOver || end <= now || now >= until)
                {
                    _isChanged = false;
                    _toldUntil = now;
                    return;
                }

                told = _told.Task;
            }

            await DelayAsync((end < until ? end.Value : until) - now, told, cancellation);
        }
    }

    /// <summary>
    /// Waits for the first contact of the term, with which everything of the terms before is applied; false if the term
    /// is over before.
    /// </summary>
    internal async Task<bool> BeginAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan sentAt = Now();
            (IKeyspace? keyspace, KeyError? error) = await _log.ReadAsync(_term, cancellation);
            if (keyspace is not null)
            {
                lock (_gate)
                {
                    _table = new LeaseTable(_times.Lease, _times.LongestGap, LongestLease.Read(keyspace));
                    _table.Contact(sentAt, Now());
                    _toldUntil = Now();
                }

                return true;
            }

            if (IsOver(error!))
                return false;
            await Task.Delay(_times.ContactInterval, _time, cancellation);
        }
    }

    /// <summary>Confirms the quorum again and again, until the term is over.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        while (!_ended.IsCancellationRequested)
        {
            Task wake;
            TimeSpan? pause;
            lock (_gate)
            {
                if (_wake.Task.IsCompleted)
                    _wake = Signal();
                wake = _wake.Task;
                pause = PauseBeforeContact(Now());
                _isAsleep = pause is null;
            }

            if (pause > TimeSpan.Zero || pause is null)
                await DelayAsync(pause, wake, cancellation);
            else if (!await ContactAsync(cancellation))
                return;
        }
    }

    /// <summary>Enters a renewal once the quorum has confirmed this term after now; null if the term is over.</summary>
    internal Task<LeaseEntry?> RenewAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        WaitingRenewal waiting = new(renewal, Now());
        lock (_gate)
        {
            if (_isOver)
                return Task.FromResult<LeaseEntry?>(null);
            _waiting.Add(waiting);
            _wake.TrySetResult();
        }

        return waiting.Entry.Task.WaitAsync(cancellation);
    }

    /// <summary>Takes a lease back; false if another instance holds it.</summary>
    internal bool Release(LeaseRenewal renewal)
    {
        lock (_gate)
        {
            bool isDone = _table.Release(renewal, Registered(renewal.MachineId), Now());
            if (isDone)
                TellChange();
            return isDone;
        }
    }

    /// <summary>Another member leads, or nobody: whoever waits is told.</summary>
    internal async Task EndAsync()
    {
        WaitingRenewal[] waiting;
        lock (_gate)
        {
            _isOver = true;
            waiting = [.. _waiting];
            _waiting.Clear();
            _wake.TrySetResult();
            TellChange();
        }

        await _ended.CancelAsync();
        foreach (WaitingRenewal renewal in waiting)
            renewal.Entry.TrySetResult(null);
    }

    public void Dispose() => _ended.Dispose();

    // False if the term is over.
    private async Task<bool> ContactAsync(CancellationToken cancellation)
    {
        TimeSpan sentAt = Now();
        _contactSentAt = sentAt;
        (IKeyspace? keyspace, KeyError? error) = await _log.ReadAsync(_term, cancellation);
        if (keyspace is null)
            return !IsOver(error!);
        TimeSpan? wanted;
        lock (_gate)
        {
            TimeSpan now = Now();
            if (_table.Contact(sentAt, now))
                TellChange();
            wanted = _table.Wanted(now);

            // As long as nobody wants a lease, nothing of leases is written.
            if (wanted > _table.Stored && _waiting.Count == 0)
                wanted = null;
        }

        if (wanted is { } longest && await StoreLongestAsync(longest, cancellation) is { } failure)
            return !IsOver(failure);
        Grant(sentAt);
        return true;
    }

    private async Task<KeyError?> StoreLongestAsync(TimeSpan longest, CancellationToken cancellation)
    {
        KeyOutcome outcome = await _log.ProposeAsync(LongestLease.SetCommand(longest), _term, cancellation);

        // The loop completed it on its own thread.
        await Task.Yield();
        if (outcome.Error is { } error)
            return error;
        lock (_gate)
            _table.SetStored(longest);
        return null;
    }

    private void Grant(TimeSpan sentAt)
    {
        List<WaitingRenewal> done = [];
        lock (_gate)
        {
            TimeSpan now = Now();
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                WaitingRenewal waiting = _waiting[i];
                if (waiting.ReceivedAt > sentAt)
                    continue;
                LeaseRenewal renewal = waiting.Renewal;
                waiting.Result = _table.Enter(renewal, Registered(renewal.MachineId), waiting.ReceivedAt, now);
                if (waiting.Result.IsChange)
                    TellChange();
                done.Add(waiting);
                _waiting.RemoveAt(i);
            }
        }

        foreach (WaitingRenewal renewal in done)
            renewal.Entry.TrySetResult(renewal.Result);
    }

    // Only of use for a machine that this term has not heard of.
    private ulong Registered(string machineId) => _table.Knows(machineId) ? 0 : _registeredInstance(machineId);

    // Null: nothing to do until somebody renews or asks.
    private TimeSpan? PauseBeforeContact(TimeSpan now)
    {
        if (_waiting.Count > 0)
            return _contactSentAt + _times.ShortestInterval - now;
        bool isAsked = _askedAt is { } asked && now - asked < 2 * _table.Wait;
        return isAsked || _table.HasLeases ? _contactSentAt + _times.ContactInterval - now : null;
    }

    private void TellChange()
    {
        _isChanged = true;
        _told.TrySetResult();
        _told = Signal();
    }

    private async Task DelayAsync(TimeSpan? time, Task earlier, CancellationToken cancellation)
    {
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        TimeSpan limited = time is { } some && some < s_longestDelay ? some : s_longestDelay;
        Task delay = Task.Delay(limited, _time, done.Token);
        await Task.WhenAny(delay, earlier);
        await done.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private TimeSpan Now() => _time.GetElapsedTime(0);

    private static bool IsOver(KeyError error) => error.Code == ErrorCode.LeaderElection;

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record WaitingRenewal(LeaseRenewal Renewal, TimeSpan ReceivedAt)
    {
        internal TaskCompletionSource<LeaseEntry?> Entry { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal LeaseEntry? Result { get; set; }
    }
}
