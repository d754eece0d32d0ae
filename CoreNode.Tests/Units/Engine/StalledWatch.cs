using System.Runtime.CompilerServices;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Units.Engine;

/// <summary>A store whose watches tell of nothing while a test wants it so. Any thread.</summary>
internal sealed class StalledWatch(IKvClient client) : IKvClient
{
    private volatile TaskCompletionSource _goesOn = Completed();

    public void Stall() => _goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => _goesOn.TrySetResult();

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        client.GetAsync(key, options, cancellation);

    public Task<KvOutcome> SetAsync(string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        client.SetAsync(key, value, options, cancellation);

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        client.CreateInOrderAsync(directory, value, timeToLive, cancellation);

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        client.DeleteAsync(key, options, cancellation);

    public async IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (KvWatchItem item in client.WatchAsync(key, isRecursive, since, cancellation))
        {
            await _goesOn.Task.WaitAsync(cancellation);
            yield return item;
        }
    }

    private static TaskCompletionSource Completed()
    {
        TaskCompletionSource done = new();
        done.SetResult();
        return done;
    }
}
