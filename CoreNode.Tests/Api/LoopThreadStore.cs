using System.Collections.Concurrent;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>
/// Applies writes on a thread of its own and answers them there, as the replica's loop does; notes what others do on
/// that thread.
/// </summary>
internal sealed class LoopThreadStore : IKeyStore, IDisposable
{
    private readonly IKeyStore _inner;
    private readonly Thread _loop;
    private readonly BlockingCollection<Action> _work = [];
    private int _timesAskedOnLoop;
    private int _readsOnLoop;

    public LoopThreadStore(IKeyStore inner)
    {
        _inner = inner;
        _loop = new Thread(Run) { IsBackground = true, Name = "test loop" };
        _loop.Start();
    }

    /// <summary>How often somebody on the loop asked whether this is it.</summary>
    public int TimesAskedOnLoop => Volatile.Read(ref _timesAskedOnLoop);

    /// <summary>How often somebody began to read on the loop.</summary>
    public int ReadsOnLoop => Volatile.Read(ref _readsOnLoop);

    public bool IsOwnerThread
    {
        get
        {
            if (Thread.CurrentThread != _loop)
                return false;
            Interlocked.Increment(ref _timesAskedOnLoop);
            return true;
        }
    }

    public IKeyspace Current
    {
        get
        {
            if (Thread.CurrentThread == _loop)
                Interlocked.Increment(ref _readsOnLoop);
            return _inner.Current;
        }
    }

    public StoreStatistics Statistics => _inner.Statistics;

    public async ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation)
    {
        TaskCompletionSource<KeyOutcome> applied = new();
        _work.Add(() => applied.SetResult(Apply(command)), CancellationToken.None);
        return await applied.Task;
    }

    public ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(CancellationToken cancellation) =>
        _inner.ReadLinearizableAsync(cancellation);

    public ValueTask<WatchOutcome> WatchAsync(WatchRequest request, CancellationToken cancellation) =>
        _inner.WatchAsync(request, cancellation);

    public void Dispose()
    {
        _work.CompleteAdding();
        _loop.Join();
        _work.Dispose();
    }

    private KeyOutcome Apply(byte[] command) =>
        _inner.ProposeAsync(command, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private void Run()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }
}
