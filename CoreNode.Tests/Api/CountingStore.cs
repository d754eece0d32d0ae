using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>Counts how far cursors went.</summary>
internal sealed class CountingStore(IKeyStore inner) : IKeyStore
{
    private int _steps;

    public int Steps => Volatile.Read(ref _steps);

    public bool IsOwnerThread => inner.IsOwnerThread;

    public IKeyspace Current => new Keyspace(this, inner.Current);

    public StoreStatistics Statistics => inner.Statistics;

    public ValueTask<KeyOutcome> ProposeAsync(byte[] command, CancellationToken cancellation) =>
        inner.ProposeAsync(command, cancellation);

    public ValueTask<(IKeyspace? Keyspace, KeyError? Error)> ReadLinearizableAsync(CancellationToken cancellation) =>
        inner.ReadLinearizableAsync(cancellation);

    public ValueTask<WatchOutcome> WatchAsync(WatchRequest request, CancellationToken cancellation) =>
        inner.WatchAsync(request, cancellation);

    private sealed class Keyspace(CountingStore store, IKeyspace inner) : IKeyspace
    {
        public StoreIndex Index => inner.Index;

        public LogIndex AppliedIndex => inner.AppliedIndex;

        public Term AppliedTerm => inner.AppliedTerm;

        public long Count => inner.Count;

        public bool TryGet(ReadOnlySpan<byte> key, out KeyRecord record) => inner.TryGet(key, out record);

        public KeyError ExplainMissing(ReadOnlySpan<byte> key) => inner.ExplainMissing(key);

        public IKeyCursor OpenCursor(ReadOnlyMemory<byte> directory) =>
            new Cursor(store, inner.OpenCursor(directory));

        public bool TryGetSystem(ReadOnlySpan<byte> name, out ReadOnlyMemory<byte> value) =>
            inner.TryGetSystem(name, out value);

        public bool TryGetSystemRecord(ReadOnlySpan<byte> name, out KeyRecord record) =>
            inner.TryGetSystemRecord(name, out record);

        public object SystemIdentity => inner.SystemIdentity;

        public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ListSystem(string prefix) =>
            inner.ListSystem(prefix);
    }

    private sealed class Cursor(CountingStore store, IKeyCursor inner) : IKeyCursor
    {
        public KeyRecord Current => inner.Current;

        public int Depth => inner.Depth;

        public bool MoveNext()
        {
            Interlocked.Increment(ref store._steps);
            return inner.MoveNext();
        }

        public void SkipSubtree() => inner.SkipSubtree();
    }
}
