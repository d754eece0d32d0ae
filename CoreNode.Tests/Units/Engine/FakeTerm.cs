using System.Collections.Concurrent;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Units.Engine;

/// <summary>A term of office whose leases and writes a test steers. Any thread.</summary>
internal sealed class FakeTerm(IKvClient store) : ILeaderTerm, IKvClient, IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<string, bool> _lost = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0);
    private int _underWay;
    private int _mostUnderWay;

    public ulong Number => 1;

    public CancellationToken Ended => _ended.Token;

    public IKvClient Writes => this;

    public bool AreLeasesKeys { get; set; }

    public IReadOnlyCollection<string> Present => [];

    /// <summary>Writes that were sent.</summary>
    public ConcurrentQueue<string> Sent { get; } = new();

    /// <summary>Most writes that were under way at the same time.</summary>
    public int MostUnderWay => Volatile.Read(ref _mostUnderWay);

    /// <summary>What becomes of a write, by its key: null to do it as it is.</summary>
    public Func<string, Func<Task<KvOutcome>>, Task<KvOutcome>?> Fault { get; set; } = static (_, _) => null;

    public void End() => _ended.Cancel();

    /// <summary>Whose lease is over, besides those that are lost.</summary>
    public Func<string, bool> IsOver { get; set; } = static _ => false;

    /// <summary>Some lease may have ended.</summary>
    public void Change() => _changed.Release();

    public void Lose(string machine)
    {
        _lost[machine] = true;
        _changed.Release();
    }

    public void Return(string machine) => _lost.TryRemove(machine, out _);

    public MachineLeaseState StateOf(string machineId) =>
        _lost.ContainsKey(machineId) || IsOver(machineId) ? MachineLeaseState.Expired : MachineLeaseState.Held;

    public Task WaitForChangeAsync(TimeSpan limit, CancellationToken cancellation) =>
        _changed.WaitAsync(limit, cancellation);

    public Task<KvOutcome> GetAsync(string key, KvGetOptions options, CancellationToken cancellation) =>
        store.GetAsync(key, options, cancellation);

    public Task<KvOutcome> SetAsync(
        string key, string value, KvSetOptions options, CancellationToken cancellation) =>
        SendAsync(key, () => store.SetAsync(key, value, options, cancellation));

    public Task<KvOutcome> CreateInOrderAsync(
        string directory, string value, TimeSpan? timeToLive, CancellationToken cancellation) =>
        throw new NotSupportedException("the engine names its keys");

    public Task<KvOutcome> DeleteAsync(string key, KvDeleteOptions options, CancellationToken cancellation) =>
        SendAsync(key, () => store.DeleteAsync(key, options, cancellation));

    public IAsyncEnumerable<KvWatchItem> WatchAsync(
        string key, bool isRecursive, StoreIndex since, CancellationToken cancellation) =>
        store.WatchAsync(key, isRecursive, since, cancellation);

    public void Dispose()
    {
        _ended.Dispose();
        _changed.Dispose();
    }

    private async Task<KvOutcome> SendAsync(string key, Func<Task<KvOutcome>> send)
    {
        int now = Interlocked.Increment(ref _underWay);
        int most = Volatile.Read(ref _mostUnderWay);
        while (now > most)
        {
            int seen = Interlocked.CompareExchange(ref _mostUnderWay, now, most);
            if (seen == most)
                break;
            most = seen;
        }

        Sent.Enqueue(key);
        await Task.Yield();
        try
        {
            return _ended.IsCancellationRequested
                ? new KvOutcome.Refused(new KvError((int)ErrorCode.LeaderElection, "the term is over", "", 0))
                : await (Fault(key, send) ?? send());
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
