namespace CoreNode.Overlay.Desk;

/// <summary>Another machine's lease.</summary>
/// <param name="Subnet">What it leases; the key as it is where that names no subnet.</param>
/// <param name="Address">Where it is reached.</param>
/// <param name="Backend">As the lease says.</param>
/// <param name="Mac">Its VXLAN device; empty without one.</param>
/// <param name="Until">When it ends, in seconds since 1970; 0: never.</param>
/// <param name="Reason">Why it is left out; empty: packets go there.</param>
public sealed record OverlayPeerView(
    string Subnet, string Address, string Backend, string Mac, long Until, string Reason);
