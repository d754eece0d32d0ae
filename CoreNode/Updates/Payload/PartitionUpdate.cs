namespace CoreNode.Updates.Payload;

/// <summary>How one image is made.</summary>
public sealed class PartitionUpdate
{
    /// <summary>The name of the slot's own image, as ChromeOS calls it; version 1 has no name for it.</summary>
    public const string Root = "root";

    /// <summary>The name of a kernel that is a file beside the image.</summary>
    public const string Kernel = "kernel";

    /// <summary>Which image; <see cref="Root"/> or <see cref="Kernel"/>.</summary>
    public required string Name { get; init; }

    /// <summary>What the old image must be; null where no operation reads it.</summary>
    public PartitionInfo? OldInfo { get; init; }

    /// <summary>What must come out.</summary>
    public required PartitionInfo NewInfo { get; init; }

    /// <summary>In the order of their data.</summary>
    public IReadOnlyList<InstallOperation> Operations { get; init; } = [];
}
