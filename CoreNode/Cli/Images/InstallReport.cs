namespace CoreNode.Cli.Images;

/// <summary>What was written, or would be.</summary>
public sealed record InstallReport
{
    /// <summary>The disk.</summary>
    public required string Disk { get; init; }

    /// <summary>How long it is.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>What is written there, for people.</summary>
    public required string Source { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>Its board.</summary>
    public required string Board { get; init; }

    /// <summary>Its release counter.</summary>
    public required ulong Counter { get; init; }

    /// <summary>Room for what the machine will keep.</summary>
    public required long StateBytes { get; init; }

    /// <summary>The id that the disk gets.</summary>
    public required string DiskId { get; init; }

    /// <summary>What the disk held, one line each; empty if there was nothing.</summary>
    public required IReadOnlyList<string> Found { get; init; }
}
