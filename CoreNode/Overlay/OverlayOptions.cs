using System.Net;
using CoreNode.Overlay.Model;

namespace CoreNode.Overlay;

/// <summary>How a machine takes part in overlay networks.</summary>
public sealed record OverlayOptions
{
    /// <summary>Where networks stand in the store.</summary>
    public string Prefix { get; init; } = OverlayKeys.DefaultPrefix;

    /// <summary>Names of the networks; the empty one is that directly below the prefix.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [""];

    /// <summary>Which interface carries them; empty: the default route's.</summary>
    public InterfaceWish Interface { get; init; } = new("", null, null);

    /// <summary>Where the store is, if its route is to choose the interface; null: it is not.</summary>
    public IPAddress? RouteTo { get; init; }

    /// <summary>What leaves a network gets this machine's address.</summary>
    public bool IsMasqueraded { get; init; }

    /// <summary>Tells this machine's devices from those of others.</summary>
    public required string MachineId { get; init; }

    /// <summary>What was leased before, by network: from subnet.env.</summary>
    public IReadOnlyDictionary<string, LeaseSubnets> Previous { get; init; } =
        new Dictionary<string, LeaseSubnets>(StringComparer.Ordinal);
}
