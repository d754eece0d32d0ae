namespace CoreNode.Cli.Payloads;

/// <summary>A payload that is to be made. Paths are absolute.</summary>
/// <param name="NewImage">What machines are to have.</param>
/// <param name="OutputFile">Where the payload goes.</param>
public sealed record PayloadOrder(string NewImage, string OutputFile)
{
    /// <summary>What they have now; null for a payload that needs nothing.</summary>
    public string? OldImage { get; init; }

    /// <summary>A kernel that is a file beside the image; null for none.</summary>
    public string? Kernel { get; init; }

    /// <summary>Private keys that sign it.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>For people.</summary>
    public required string Version { get; init; }

    /// <summary>Higher than that of each release before.</summary>
    public required ulong Counter { get; init; }

    /// <summary>Lowest counter to come from.</summary>
    public ulong MinimumCounter { get; init; }

    /// <summary>Unix seconds; 0 for never.</summary>
    public ulong Expiry { get; init; }

    /// <summary>Kind of machine; empty for any.</summary>
    public string Board { get; init; } = "";

    /// <summary>Application; empty for any.</summary>
    public string AppId { get; init; } = "";

    /// <summary>Root hash of the image's dm-verity tree; empty for none.</summary>
    public byte[] VerityRootHash { get; init; } = [];

    /// <summary>Its salt.</summary>
    public byte[] VeritySalt { get; init; } = [];

    /// <summary>Where in the image the tree begins.</summary>
    public ulong VerityHashOffset { get; init; }

    /// <summary>"zstd", "xz", "bzip2": what is tried for new data; the smallest is taken.</summary>
    public IReadOnlyList<string> Packers { get; init; } = ["zstd"];

    /// <summary>Threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Replaces a file that is there.</summary>
    public bool Replaces { get; init; }
}
