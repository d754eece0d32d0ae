namespace CoreNode.Updates.Applying.Worker;

/// <summary>What a worker process is started for.</summary>
public enum WorkerStep
{
    /// <summary>Fetches and verifies the signed metadata; writes to no disk but the checkpoint's folder.</summary>
    Metadata,

    /// <summary>Fetches the payload and writes it to the slot.</summary>
    Apply,

    /// <summary>Reads the whole slot back and compares its hash.</summary>
    Verify,
}
