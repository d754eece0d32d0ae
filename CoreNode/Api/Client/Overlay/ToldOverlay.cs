using CoreNode.Overlay.Desk;

namespace CoreNode.Api.Client.Overlay;

/// <summary>A status that a node told.</summary>
/// <param name="View">What it says.</param>
/// <param name="Json">As it came, without line feed.</param>
public sealed record ToldOverlay(OverlayStatusView View, string Json);
