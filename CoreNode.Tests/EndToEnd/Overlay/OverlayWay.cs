namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>How containers of two machines reach each other.</summary>
internal enum OverlayWay
{
    Vxlan,
    HostRoute,
    Direct,
}
