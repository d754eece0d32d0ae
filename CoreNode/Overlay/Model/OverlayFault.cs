namespace CoreNode.Overlay.Model;

/// <summary>Something that went wrong.</summary>
/// <param name="At">When, the last time.</param>
/// <param name="Reason">What, and what to do.</param>
public sealed record OverlayFault(DateTimeOffset At, string Reason);
