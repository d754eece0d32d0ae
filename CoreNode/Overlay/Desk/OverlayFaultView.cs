namespace CoreNode.Overlay.Desk;

/// <summary>Something that went wrong.</summary>
/// <param name="At">When, the last time: seconds since 1970.</param>
/// <param name="Reason">What, and what to do: one line without a full stop.</param>
public sealed record OverlayFaultView(long At, string Reason);
