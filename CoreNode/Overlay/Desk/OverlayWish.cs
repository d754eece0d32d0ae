namespace CoreNode.Overlay.Desk;

/// <summary>A configuration that somebody wants for all machines.</summary>
/// <param name="Network">The network's name; empty for the one without.</param>
/// <param name="Text">flannel's JSON.</param>
public sealed record OverlayWish(string Network, string Text)
{
    /// <summary>Only checked.</summary>
    public bool IsOnlyCheck { get; init; }

    /// <summary>Machines may lose their subnets, and containers their addresses.</summary>
    public bool MovesLeases { get; init; }
}
