namespace CoreNode.Cluster.Peers;

/// <summary>
/// Takes a snapshot's bytes in order. Disposing without completing keeps what is there, so that a broken stream of the
/// same snapshot goes on at <see cref="Offset"/>.
/// </summary>
public interface ISnapshotSink : IDisposable
{
    /// <summary>Bytes that are there already; the sender goes on from here.</summary>
    long Offset { get; }

    /// <summary>Takes the next bytes.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// All is there: checks it, makes it durable, loads it, and hands the message to the loop. False if it is damaged
    /// or not wanted any more; what was taken is removed then.
    /// </summary>
    bool Complete();
}
