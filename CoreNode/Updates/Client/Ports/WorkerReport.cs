using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client.Ports;

/// <summary>What a worker says.</summary>
public abstract record WorkerReport
{
    private WorkerReport()
    {
    }

    /// <summary>So much of the payload is done.</summary>
    public sealed record Progress(long Done, long Total) : WorkerReport;

    /// <summary>The metadata, whose signature was verified.</summary>
    /// <param name="Release">What they say; that its version is older than the running one is not known there.</param>
    /// <param name="Size">Bytes of the whole payload; 0 if unknown.</param>
    public sealed record Metadata(ReleaseFacts Release, long Size) : WorkerReport
    {
        /// <summary>Bytes of the payload that were verified by that: up to the first operation's data.</summary>
        public long Beginning { get; init; }
    }

    /// <summary>The payload is written.</summary>
    public sealed record Applied(long BytesWritten, long BytesSkipped, long BytesFetched) : WorkerReport;

    /// <summary>The slot reads back as it must.</summary>
    /// <param name="SlotMetadata">What the slot is to say of itself; empty: nothing.</param>
    public sealed record Verified(ReadOnlyMemory<byte> SlotMetadata) : WorkerReport;

    /// <summary>It failed.</summary>
    public sealed record Failed(UpdateFailure Failure) : WorkerReport;
}
