using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>
/// The real state machine without a log: what is proposed is applied at once under a lock. Starts at index 3, as a
/// fresh one-member cluster.
/// </summary>
internal sealed class MemoryKeyStore : IKeyStore
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly KeyStateMachine _machine;
    private volatile IKeyspace _current;
    private ulong _applied;
    private int _waitingWrites;

    public MemoryKeyStore(TimeProvider time)
    {
        _time = time;
        _machine = new KeyStateMachine(new KvOptions(), Statistics);
        for (int i = 0; i < 3; i++)
            _machine.SkipTo(new LogIndex(++_applied), new Term(2), movesStoreIndex: true);
        _current = _machine.Publish();
    }

    public IKeyspace Current => _current;

    public bool IsOwnerThread => false;

    public StoreStatistics Statistics { get; } = new();

    /// <summary>Answers with this error instead of writing or reading linearizably.</summary>
    public KeyError? Refusal { get; set; }

    /// <summary>Holds back the next writes until it is completed.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Writes that are held back now.</summary>
    public int WaitingWrites => Volatile.Read(ref _waitingWrites);

    private long Now => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100;

    public ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation)
    {
        if (Refusal is { } error)
            return ValueTask.FromResult(new KeyOutcome(null, error, default));
        return Gate.IsCompletedSuccessfully ? ValueTask.FromResult(Apply(command)) : ApplyLaterAsync(command);
    }

    public ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(CancellationToken cancellation) =>
        ValueTask.FromResult(Refusal is { } error ? ((IKeyspace?)null, error) : (_current, (KeyError?)null));

    public ValueTask<WatchOutcome> WatchAsync(WatchRequest request, CancellationToken cancellation)
    {
        lock (_gate)
        {
            MemoryWatch watch = new(Remove, _current);
            KeyError? error = _machine.AddWatcher(request, watch);
            return ValueTask.FromResult(error is null ? new WatchOutcome(watch, null) : new WatchOutcome(null, error));
        }
    }

    /// <summary>Removes what is due, as the replica does.</summary>
    public void ExpireDue()
    {
        KeyCommand command = new() { Operation = KeyOperation.Expire, Key = "/"u8, ExpirationUnixNs = Now };
        while (_machine.NextExpirationUnixNs <= Now)
            Apply(command.Encode());
    }

    private void Remove(MemoryWatch watch)
    {
        lock (_gate)
            _machine.RemoveWatcher(watch);
    }

    private async ValueTask<KeyOutcome> ApplyLaterAsync(byte[] command)
    {
        Interlocked.Increment(ref _waitingWrites);
        await Gate;
        Interlocked.Decrement(ref _waitingWrites);
        return Apply(command);
    }

    private KeyOutcome Apply(byte[] command)
    {
        lock (_gate)
        {
            KeyOutcome outcome = _machine.Apply(command, new LogIndex(++_applied), new Term(2), Now);
            _current = _machine.Publish();
            return outcome;
        }
    }
}
