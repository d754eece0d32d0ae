namespace CoreNode.Overlay.Desk;

/// <summary>One network as this machine sees it. Moments are seconds since 1970; 0: none.</summary>
public sealed record OverlayNetworkView
{
    /// <summary>Its name; empty for the one without.</summary>
    public string Name { get; init; } = "";

    /// <summary>True if the lease is held and the kernel has all that it is to have.</summary>
    public bool IsReady { get; init; }

    /// <summary>What it waits for and what to do about it, one line each; empty if for nothing.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>All of its addresses, both families with a comma between; empty: there is no configuration.</summary>
    public string Range { get; init; } = "";

    /// <summary>vxlan, host-gw or alloc.</summary>
    public string Backend { get; init; } = "";

    /// <summary>This machine's part, both families with a comma between; empty: it has none.</summary>
    public string Subnet { get; init; } = "";

    /// <summary>The interface that carries it.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Where others reach this machine, both families with a comma between.</summary>
    public string Address { get; init; } = "";

    /// <summary>Most bytes of a container's packet; 0: not known.</summary>
    public int Mtu { get; init; }

    /// <summary>When the lease ends unless it is renewed.</summary>
    public long Until { get; init; }

    /// <summary>When it is renewed.</summary>
    public long RenewalAt { get; init; }

    /// <summary>Since when the store does not answer.</summary>
    public long StoreAwaySince { get; init; }

    /// <summary>All other machines' leases.</summary>
    public IReadOnlyList<OverlayPeerView> Peers { get; init; } = [];

    /// <summary>What went wrong, newest first.</summary>
    public IReadOnlyList<OverlayFaultView> Faults { get; init; } = [];
}
