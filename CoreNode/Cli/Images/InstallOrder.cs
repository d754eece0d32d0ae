namespace CoreNode.Cli.Images;

/// <summary>A system that shall be written to a disk.</summary>
/// <param name="Disk">The disk, or an image file.</param>
public sealed record InstallOrder(string Disk)
{
    /// <summary>The image; null for the system that runs.</summary>
    public string? Image { get; init; }

    /// <summary>Name of the file that the machine finds its configuration in; null: it gets none.</summary>
    public string? ConfigName { get; init; }

    /// <summary>The configuration.</summary>
    public ReadOnlyMemory<byte> Config { get; init; }

    /// <summary>Public key or trust folder that judges the image.</summary>
    public required string Keys { get; init; }

    /// <summary>The board that the disk is for; null: that of this machine, any where it says none.</summary>
    public string? Board { get; init; }

    /// <summary>What the disk holds may go.</summary>
    public bool Wipes { get; init; }

    /// <summary>Only check.</summary>
    public bool Asks { get; init; }
}
