using CoreNode.Database;
using CoreNode.Platform;
using CoreNode.Updates.Server.Books;
using CoreNode.Updates.Server.Orders;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>
/// The one thread that owns the server's memory and its database. It takes all calls that wait, does them in memory,
/// writes what they changed in one transaction and answers them when that is durable. A batch that changed nothing
/// writes nothing. Where the disk is full memory is put back and the batch refused; after any other fault of the disk
/// nothing is acknowledged any more (<see cref="Ended"/>).
/// </summary>
internal sealed class Ledger : IDisposable
{
    private const int MostInBatch = 512;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_restWhenFull = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new(); // _waiting, _stops
    private readonly ThreadParker _wake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly Tables _tables;
    private readonly OrderDesk _desk;
    private readonly Upkeep _upkeep;
    private readonly ServerCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly int _mostWaiting;
    private readonly Queue<LedgerCall> _waiting = new();
    private bool _stops;
    private bool _isFull;
    private long _fullSince;
    private long _nextTick;
    private volatile Published _published;

    public Ledger(
        Tables tables, OrderDesk desk, Upkeep upkeep, ServerCounters counters, TimeProvider time, ILogger log,
        int mostWaiting)
    {
        _tables = tables;
        _desk = desk;
        _upkeep = upkeep;
        _counters = counters;
        _time = time;
        _log = log;
        _mostWaiting = mostWaiting;
        _published = Publish();
        _thread = new Thread(Run) { Name = "ledger", IsBackground = true };
    }

    /// <summary>What everybody may read.</summary>
    public Published Published => _published;

    /// <summary>Grows with each durable change.</summary>
    public PulseBoard Pulse { get; } = new();

    /// <summary>Ends when the thread has, with its fault if it had one: then the process must end.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins.</summary>
    public void Start() => _thread.Start();

    /// <summary>Hands a call in; false if too many wait or the ledger stops.</summary>
    public bool TryPost(LedgerCall call)
    {
        lock (_gate)
        {
            if (_stops || _waiting.Count >= _mostWaiting)
                return false;
            _waiting.Enqueue(call);
        }

        _wake.Unpark();
        return true;
    }

    /// <summary>Gives an order; ends when it is durable.</summary>
    public Task<T> OrderAsync<T>(Func<OrderDesk, T> order, CancellationToken cancellation)
        where T : class => PostAsync(new LedgerOrder<T>(isQuestion: false, order), cancellation);

    /// <summary>Asks something.</summary>
    public Task<T> AskAsync<T>(Func<OrderDesk, T> question, CancellationToken cancellation)
        where T : class => PostAsync(new LedgerOrder<T>(isQuestion: true, question), cancellation);

    /// <summary>Asks something of the database.</summary>
    public Task<T> ReadAsync<T>(Func<OrderDesk, DatabaseFile, T> question, CancellationToken cancellation)
        where T : class => AskAsync(desk => question(desk, _tables.File), cancellation);

    /// <summary>Does what waits, writes what is left and stops.</summary>
    public void Dispose()
    {
        lock (_gate)
            _stops = true;
        _wake.Unpark();
        if (_thread.IsAlive)
            _thread.Join();
        else
            _tables.Dispose();
    }

    private Task<T> PostAsync<T>(LedgerOrder<T> order, CancellationToken cancellation)
        where T : class
    {
        if (!TryPost(order))
            return Task.FromException<T>(_ended.Task.IsCompleted ? LedgerRefusals.Stopped() : LedgerRefusals.Overrun());
        return order.Task.WaitAsync(cancellation);
    }

    private void Run()
    {
        List<LedgerCall> batch = [];
        Exception? fault = null;
        try
        {
            while (Take(batch))
            {
                Serve(batch);
                batch.Clear();
                Tick();
            }

            Serve([Upkeep.LastWords()]);
            _upkeep.WriteSigns(_tables, all: true);
        }
        catch (Exception broken)
        {
            fault = broken;
            ServerLog.Broken(_log, broken);
        }

        End(batch, fault);
    }

    private void End(List<LedgerCall> batch, Exception? fault)
    {
        lock (_gate)
        {
            _stops = true;
            batch.AddRange(_waiting);
            _waiting.Clear();
        }

        foreach (LedgerCall call in batch)
            call.Fail(LedgerRefusals.Stopped());
        _tables.Dispose();
        if (fault is null)
            _ended.SetResult();
        else
            _ended.SetException(fault);
    }

    // Waits for calls, at most till the next tick; false when all is done and nothing more comes.
    private bool Take(List<LedgerCall> batch)
    {
        while (true)
        {
            lock (_gate)
            {
                while (batch.Count < MostInBatch && _waiting.TryDequeue(out LedgerCall? call))
                    batch.Add(call);
                if (batch.Count > 0)
                    return true;
                if (_stops)
                    return false;
            }

            TimeSpan rest = _time.GetElapsedTime(_time.GetTimestamp(), _nextTick);
            if (rest <= TimeSpan.Zero || _upkeep.HasMore)
                return true;
            _wake.Park(rest);
        }
    }

    private void Tick()
    {
        if (_upkeep.HasMore && !IsFull())
            WriteSigns();
        long now = _time.GetTimestamp();
        if (now < _nextTick)
            return;
        _nextTick = now + (long)(s_tick.TotalSeconds * _time.TimestampFrequency);
        // What is due is judged by the time of this tick, not by that of the calls before it.
        _desk.Moment = UnixTime.Whole(_time.GetUtcNow());
        while (_upkeep.NextDuty(_desk) is { } duty)
            Serve([duty]);
    }

    private void WriteSigns()
    {
        try
        {
            _upkeep.WriteSigns(_tables, all: false);
        }
        catch (DiskFullException full)
        {
            Filled(full);
        }
    }

    private void Serve(List<LedgerCall> batch)
    {
        _desk.Moment = UnixTime.Whole(_time.GetUtcNow());
        bool isReadOnly = IsFull();
        foreach (LedgerCall call in batch)
            Do(call, isReadOnly);
        if (_desk.Changes.IsAny)
            Commit(batch);
        foreach (LedgerCall call in batch)
            call.Complete();
    }

    private void Do(LedgerCall call, bool isReadOnly)
    {
        ChangeMark mark = _desk.Changes.Begin();
        try
        {
            call.Run(_desk, isReadOnly);
            // Only orders change what groups are to run.
            if (call is not OmahaWork)
                _desk.Releases.MakeStale();
        }
        catch (Exception why)
        {
            Undo(mark);
            if (why is CatalogueException)
            {
                call.Fail(why);
                return;
            }

            ServerLog.CallBroken(_log, why);
            call.Fail(LedgerRefusals.Broken(why));
        }
    }

    private void Commit(List<LedgerCall> batch)
    {
        long begin = _time.GetTimestamp();
        try
        {
            _tables.Write(_desk.Changes, _desk.Books.NextNumber);
        }
        catch (DiskFullException full)
        {
            Undo(ChangeMark.Zero);
            Filled(full);
            ServeReading(batch);
            return;
        }
        catch (DatabaseException rule) when (rule.IsConstraint)
        {
            // The database has rules that orders keep by themselves: a fault of the program, and nothing was written.
            Undo(ChangeMark.Zero);
            ServerLog.CallBroken(_log, rule);
            Refuse(batch, LedgerRefusals.Broken(rule));
            return;
        }

        _counters.Commits.Observe(_time.GetElapsedTime(begin));
        if (_isFull)
            ServerLog.RoomAgain(_log);
        _isFull = false;
        _desk.Changes.Clear();
        _desk.Books.Tidy();
        _published = Publish();
        Pulse.Beat();
    }

    // Of a batch that there is no room for, what would have changed nothing is answered all the same.
    private void ServeReading(List<LedgerCall> batch)
    {
        foreach (LedgerCall call in batch)
        {
            if (!call.IsAnswered)
                Do(call, isReadOnly: true);
        }
    }

    private void Undo(ChangeMark mark)
    {
        _desk.Changes.UndoTo(mark);
        _desk.Releases.MakeStale();
    }

    private static void Refuse(List<LedgerCall> batch, CatalogueException why)
    {
        foreach (LedgerCall call in batch)
            call.Fail(why);
    }

    private void Filled(DiskFullException full)
    {
        if (!_isFull)
            ServerLog.Full(_log, full.Message);
        _isFull = true;
        _fullSince = _time.GetTimestamp();
    }

    // Now and then a write is tried: whoever made room need not tell.
    private bool IsFull() => _isFull && _time.GetElapsedTime(_fullSince) < s_restWhenFull;

    private Published Publish() =>
        new(_desk.Books.Catalogue, _desk.Books.Tokens, _desk.Books.MachineCount);
}
