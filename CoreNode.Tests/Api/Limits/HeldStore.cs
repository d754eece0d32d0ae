using CoreNode.Store;

namespace CoreNode.Tests.Api.Limits;

/// <summary>Takes writes, and answers them when it is told to.</summary>
internal sealed class HeldStore(IKeyStore inner) : IKeyStore
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    public bool IsOwnerThread => inner.IsOwnerThread;

    public IKeyspace Current => inner.Current;

    public StoreStatistics Statistics => inner.Statistics;

    public void Release() => _released.SetResult();

    /// <summary>Waits until so many writes wait here.</summary>
    public async Task WaitForAsync(int writes)
    {
        while (Volatile.Read(ref _waiting) < writes)
            await Task.Delay(1);
    }

    public async ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        await _released.Task;
        return await inner.ProposeAsync(command, cancellation);
    }

    public ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(CancellationToken cancellation) =>
        inner.ReadLinearizableAsync(cancellation);

    public ValueTask<WatchOutcome> WatchAsync(WatchRequest request, CancellationToken cancellation) =>
        inner.WatchAsync(request, cancellation);
}
