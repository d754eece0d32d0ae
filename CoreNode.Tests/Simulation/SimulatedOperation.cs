namespace CoreNode.Tests.Simulation;

/// <summary>What changes a simulated disk, or makes it durable.</summary>
internal enum SimulatedOperationKind
{
    Create,
    CreateFolder,
    Write,
    Preallocate,
    Reserve,
    SetLength,
    SyncData,
    Sync,
    SyncFolder,
    Rename,
    Delete,
}

/// <summary>One such call, counted from 1.</summary>
internal readonly record struct SimulatedOperation(
    long Number, SimulatedOperationKind Kind, string Path, long Offset, long Length);
