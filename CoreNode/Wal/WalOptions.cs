namespace CoreNode.Wal;

/// <summary>How the log uses the disk. All sizes in bytes.</summary>
public sealed record WalOptions
{
    /// <summary>Size of a full-grown segment; segments grow fourfold up to it, so a small node stays small.</summary>
    public long SegmentSizeBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Size of a fresh log's first segment: small, since its zeros are written before the node serves.
    /// </summary>
    public long FirstSegmentBytes { get; init; } = 1 << 20;

    /// <summary>Room kept back for deletes and configuration when the disk is full.</summary>
    public long ReserveBytes { get; init; } = 8 << 20;

    /// <summary>Most that one write takes of what waits; a larger single append is still written as a whole.</summary>
    public int MaxBatchBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Quiet time after which <see cref="WalThread"/> writes down, unsynced, what it knows to be durable.
    /// </summary>
    public TimeSpan IdleDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between attempts to get room while the disk is full.</summary>
    public TimeSpan DiskFullRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Version of this program, at most 16 ASCII characters; an older one names it when it cannot read us.
    /// </summary>
    public string ProgramVersion { get; init; } =
        typeof(WalOptions).Assembly.GetName().Version?.ToString(3) ?? "unknown";
}
