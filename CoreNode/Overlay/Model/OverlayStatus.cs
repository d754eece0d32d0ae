namespace CoreNode.Overlay.Model;

/// <summary>One network as this machine sees it.</summary>
public sealed record OverlayStatus
{
    /// <summary>Its name; empty for the one without.</summary>
    public required string Network { get; init; }

    /// <summary>
    /// True if the lease is held and the kernel had all that it is to have when it was looked at last. Changes since
    /// then are looked at within 100 ms.
    /// </summary>
    public bool IsReady { get; init; }

    /// <summary>What it waits for, and what to do about it; empty if for nothing.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>The configuration that is followed; null: none yet.</summary>
    public OverlayConfig? Config { get; init; }

    /// <summary>What is wrong with the one in the store, if that is another one.</summary>
    public IReadOnlyList<ConfigProblem> ConfigProblems { get; init; } = [];

    /// <summary>The interface that carries it; empty: none was found.</summary>
    public string Interface { get; init; } = "";

    /// <summary>The own lease; null without one.</summary>
    public HeldLease? Lease { get; init; }

    /// <summary>What the lease says of this machine; null without one.</summary>
    public LeaseValue? Own { get; init; }

    /// <summary>When the lease ends unless it is renewed; null if never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When it is renewed next.</summary>
    public DateTimeOffset? RenewalAt { get; init; }

    /// <summary>Most bytes of a container's packet; 0 while that is not known.</summary>
    public int Mtu { get; init; }

    /// <summary>Since when the store does not answer; null: it does.</summary>
    public DateTimeOffset? StoreAwaySince { get; init; }

    /// <summary>All other machines' leases.</summary>
    public IReadOnlyList<OverlayPeer> Peers { get; init; } = [];

    /// <summary>What went wrong last, newest first.</summary>
    public IReadOnlyList<OverlayFault> Faults { get; init; } = [];
}
