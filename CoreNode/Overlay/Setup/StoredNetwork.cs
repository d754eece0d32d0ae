using CoreNode.Foundation;
using CoreNode.Overlay.Model;

namespace CoreNode.Overlay.Setup;

/// <summary>A network as it stands in the store.</summary>
/// <param name="Name">Its name; empty for the one without.</param>
/// <param name="Text">Its configuration; null without one.</param>
/// <param name="Modified">Index of the configuration's last change; zero without one.</param>
/// <param name="Leases">All leases, by key.</param>
public sealed record StoredNetwork(
    string Name, string? Text, StoreIndex Modified, IReadOnlyList<LeaseEntry> Leases)
{
    /// <summary>The configuration; null without one that is right.</summary>
    public OverlayConfig? Config => Text is null ? null : ConfigJson.Read(Text).Config;

    /// <summary>The VXLAN device that a lease names; empty without one.</summary>
    public static string DeviceOf(LeaseEntry lease) => (lease.Value?.MacV4 ?? lease.Value?.MacV6)?.ToString() ?? "";

    /// <summary>Why packets would not go to a lease, as far as that is the same for all machines; empty if they do.
    /// </summary>
    public static string ProblemOf(LeaseEntry lease, OverlayConfig? config) =>
        lease is not { Subnets: { } subnets, Value: { } value } ? lease.Problem
        : config is null ? ""
        : !config.Fits(subnets) ? "it is outside of the network's range"
        : value.Backend != config.Backend.Name
            ? $"its backend is {(value.Backend.Length == 0 ? "udp" : value.Backend)}, not {config.Backend.Name}"
        : "";
}
