using CoreNode.Cluster.Peers;

namespace CoreNode.Tests.Api.Peers;

/// <summary>A place for one snapshot's bytes that outlives the connections which bring them.</summary>
internal sealed class SnapshotPlace
{
    private int _open;

    /// <summary>What came.</summary>
    public MemoryStream Bytes { get; } = new();

    /// <summary>Where each stream went on.</summary>
    public List<long> Offsets { get; } = [];

    /// <summary>True once all was there.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The most streams that wrote at once.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>What completing answers, and how long it takes.</summary>
    public Func<bool> OnComplete { get; set; } = () => true;

    /// <summary>Called before each write with the bytes that are there.</summary>
    public Action<long> OnWrite { get; set; } = _ => { };

    public ISnapshotSink Open()
    {
        Offsets.Add(Bytes.Length);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _open));
        return new MemorySink(this);
    }

    private sealed class MemorySink(SnapshotPlace place) : ISnapshotSink
    {
        public long Offset => place.Bytes.Length;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            place.OnWrite(place.Bytes.Length);
            place.Bytes.Write(bytes);
        }

        public bool Complete() => place.IsComplete = place.OnComplete();

        public void Dispose() => Interlocked.Decrement(ref place._open);
    }
}
