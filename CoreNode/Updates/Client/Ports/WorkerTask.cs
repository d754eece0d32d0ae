namespace CoreNode.Updates.Client.Ports;

/// <summary>What a worker is to do.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Url">Where the payload is: http(s), or an absolute path.</param>
/// <param name="TargetSlot">The slot that is written or read.</param>
public sealed record WorkerTask(WorkerTaskKind Kind, string Url, string TargetSlot)
{
    /// <summary>The slot that runs: what deltas come from; empty: unknown.</summary>
    public string RunningSlot { get; init; } = "";

    /// <summary>Bytes of the payload; 0 if unknown.</summary>
    public long Size { get; init; }

    /// <summary>SHA-256 of the payload as it was offered, in small hex digits; empty if unknown.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>SHA-256 of the metadata that were judged, in small hex digits: others are refused.</summary>
    public string MetadataSha256 { get; init; } = "";

    /// <summary>True if a checkpoint may be gone on from; else one that is there is removed.</summary>
    public bool IsResumed { get; init; }
}
