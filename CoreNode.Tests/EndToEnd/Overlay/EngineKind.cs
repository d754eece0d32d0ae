namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>What runs containers.</summary>
internal enum EngineKind
{
    /// <summary>podman with netavark, by the network that a node writes.</summary>
    Netavark,

    /// <summary>podman with CNI plugins, by the list that a node writes.</summary>
    Cni,

    /// <summary>The docker daemon with the options that a node writes.</summary>
    Docker,
}
