namespace CoreNode.Updates.Sharing;

/// <summary>How a node shares payloads with the others of its cluster.</summary>
public sealed record SharingOptions
{
    /// <summary>Where what is kept for others lies; made if it is absent.</summary>
    public required string Folder { get; init; }

    /// <summary>This machine's id.</summary>
    public required string Machine { get; init; }

    /// <summary>Where other nodes ask this one.</summary>
    public required IReadOnlyList<string> PeerUrls { get; init; }

    /// <summary>64 bits of chance.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Most bytes that are kept for others; 0: nothing is kept, only fetched from them.</summary>
    public long MostBytes { get; init; } = 2L << 30;

    /// <summary>Bytes that keeping leaves free on the disk.</summary>
    public long FreeBytes { get; init; } = 1L << 30;

    /// <summary>Most bytes a second that are sent to all others together; 0: no limit.</summary>
    public long BytesPerSecond { get; init; } = 50_000_000;

    /// <summary>Nodes that are served at once, keepers not counted; others are told to come back.</summary>
    public int MostReaders { get; init; } = 8;

    /// <summary>Keepers that are served beside them: who waits for those waits for this one.</summary>
    public int MostKeepers { get; init; } = 4;

    /// <summary>Bytes from the server after which a node looks again for one that has the rest.</summary>
    public long PieceBytes { get; init; } = 16 << 20;

    /// <summary>How long a payload is kept after it was last asked for.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long things take.</summary>
    public SharingTimes Times { get; init; } = new();
}
