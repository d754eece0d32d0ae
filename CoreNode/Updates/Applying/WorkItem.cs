using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>An operation on its way through the pipeline.</summary>
internal sealed class WorkItem(
    InstallOperation operation, WorkRegion region, bool isKernel, PayloadPosition after, long fileOffset)
{
    /// <summary>What is to be done.</summary>
    public InstallOperation Operation => operation;

    /// <summary>Its memory.</summary>
    public WorkRegion Region => region;

    /// <summary>Whether it makes the kernel beside the slot, and not the slot.</summary>
    public bool IsKernel => isKernel;

    /// <summary>Where to go on once it is done.</summary>
    public PayloadPosition After => after;

    /// <summary>Bytes of the payload up to its end.</summary>
    public long FileOffset => fileOffset;

    /// <summary>Whether its output is there. Guarded by the pipeline.</summary>
    public bool IsMade { get; set; }

    /// <summary>Bytes of memory that an operation needs.</summary>
    public static int BytesOf(InstallOperation operation) =>
        (int)operation.DataLength + OperationExecution.SourceBytes(operation) + OutputBytesOf(operation);

    /// <summary>Its data.</summary>
    public Span<byte> Data => region.Part(0, (int)operation.DataLength);

    /// <summary>The old image's blocks that it reads.</summary>
    public Span<byte> Source =>
        region.Part((int)operation.DataLength, OperationExecution.SourceBytes(operation));

    /// <summary>What it writes; empty for zeros.</summary>
    public Span<byte> Output => region.Part(region.Length - OutputBytesOf(operation), OutputBytesOf(operation));

    private static int OutputBytesOf(InstallOperation operation) =>
        OperationExecution.IsFilled(operation.Type) ? 0 : (int)OperationExecution.OutputBytes(operation);
}
