namespace CoreNode.Updates.Applying.Worker;

/// <summary>The first line that a worker process is given: what it shall do.</summary>
public sealed record WorkerJob
{
    /// <summary>What to do.</summary>
    public required WorkerStep Step { get; init; }

    /// <summary>Where the payload is: an http(s) URL, or the absolute path of a file.</summary>
    public required string Url { get; init; }

    /// <summary>Bytes of the whole payload as announced; 0 if that is not known.</summary>
    public long Size { get; init; }

    /// <summary>SHA-256 of the whole payload as announced, hexadecimal; empty if that is not known.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>User for the server; empty for none.</summary>
    public string User { get; init; } = "";

    /// <summary>Password of that user.</summary>
    public string Password { get; init; } = "";

    /// <summary>File of the authorities that may vouch for the server; empty for the system's.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>Folder with the keys that payloads must be signed by.</summary>
    public required string TrustFolder { get; init; }

    /// <summary>The disk, or image file, that has the slots.</summary>
    public string Disk { get; init; } = "";

    /// <summary>Number of the partition to write.</summary>
    public int Partition { get; init; }

    /// <summary>Number of the partition that holds the old version; 0 if there is none.</summary>
    public int SourcePartition { get; init; }

    /// <summary>
    /// File of the kernel that is started with that partition, where a payload brings one beside the image; empty if
    /// this machine has no place for it.
    /// </summary>
    public string Kernel { get; init; } = "";

    /// <summary>
    /// Path of the file that says how far an earlier run came; further files of that name with endings lie beside it.
    /// </summary>
    public required string Checkpoint { get; init; }

    /// <summary>
    /// Whether to go on from the checkpoint, if it is of the same payload; else the payload is applied from its
    /// beginning. A further try of the same attempt goes on, too.
    /// </summary>
    public bool IsResumed { get; init; }

    /// <summary>
    /// Most bytes a second that are fetched, and as many that are written or read back; 0 for no limit.
    /// </summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Unix socket where the node says which nodes have the payload; empty: the server is asked.</summary>
    public string Share { get; init; } = "";

    /// <summary>
    /// SHA-256 of the metadata that <see cref="WorkerStep.Metadata"/> told, hexadecimal: another payload than the one
    /// that was judged is refused. Empty only for that step.
    /// </summary>
    public string MetadataSha256 { get; init; } = "";
}
