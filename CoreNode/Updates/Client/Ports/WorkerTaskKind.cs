namespace CoreNode.Updates.Client.Ports;

/// <summary>What a worker does.</summary>
public enum WorkerTaskKind
{
    /// <summary>Fetches the signed metadata and verifies them.</summary>
    Metadata,

    /// <summary>Fetches the payload and writes it.</summary>
    Apply,

    /// <summary>Reads the slot back and compares its hash.</summary>
    Verify,
}
