using CoreNode.Disks.Gpt;

namespace CoreNode.Updates.Client.Slots;

/// <summary>Where this machine's slots are.</summary>
public sealed record SlotsOptions
{
    /// <summary>Path of the disk or image file.</summary>
    public required string Disk { get; init; }

    /// <summary>Which partitions are slots.</summary>
    public SlotRule Rule { get; init; } = new();

    /// <summary>The kernel's id of this boot.</summary>
    public required string BootId { get; init; }

    /// <summary>
    /// Why the boot stage did not start a slot the last time, by the number of its partition and its version; empty if
    /// it did, or does not say.
    /// </summary>
    public Func<int, string, string> BootFault { get; init; } = static (_, _) => "";

    /// <summary>The version that runs, where the slot does not prove it; empty if nothing says.</summary>
    public required Func<string> ReleaseVersion { get; init; }
}
