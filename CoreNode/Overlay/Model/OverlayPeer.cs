namespace CoreNode.Overlay.Model;

/// <summary>A lease of another machine, and whether packets go there.</summary>
/// <param name="Entry">The lease.</param>
/// <param name="Problem">Why it is not programmed; empty if it is.</param>
public sealed record OverlayPeer(LeaseEntry Entry, string Problem);
