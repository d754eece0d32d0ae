namespace CoreNode.Updates.Lifecycle;

/// <summary>What the machine itself says when the node starts, whatever the state file says.</summary>
public sealed record BootFacts
{
    /// <summary>The kernel's id of this boot.</summary>
    public required string BootId { get; init; }

    /// <summary>The slot that runs.</summary>
    public required string Slot { get; init; }

    /// <summary>The version that runs.</summary>
    public required string Version { get; init; }

    /// <summary>The running version's release counter; 0 if unknown.</summary>
    public ulong Counter { get; init; }

    /// <summary>The slot that updates are written to; empty if there is none.</summary>
    public string OtherSlot { get; init; } = "";

    /// <summary>The version in the other slot, if it proves itself; else empty.</summary>
    public string OtherVersion { get; init; } = "";

    /// <summary>True if the running slot is marked good.</summary>
    public bool IsMarkedGood { get; init; }

    /// <summary>
    /// True if the other slot holds a version that has proven itself here, so that the machine can go back to
    /// it.
    /// </summary>
    public bool IsOtherGood { get; init; }

    /// <summary>
    /// True if the other slot was tried and not marked good (priority above 0, no tries left): it did not come up.
    /// </summary>
    public bool IsOtherTried { get; init; }

    /// <summary>Why the other slot did not come up, by the account of starts; empty if it does not say.</summary>
    public string OtherFault { get; init; } = "";

    /// <summary>True if the attributes make the next boot take the other slot.</summary>
    public bool IsOtherNext { get; init; }
}
