namespace CoreNode.Overlay.Desk;

/// <summary>All networks that this machine takes part in.</summary>
/// <param name="Networks">In the order in which the options name them.</param>
public sealed record OverlayStatusView(IReadOnlyList<OverlayNetworkView> Networks);
