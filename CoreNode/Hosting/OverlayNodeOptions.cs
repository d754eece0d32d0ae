using CoreNode.Overlay.Model;

namespace CoreNode.Hosting;

/// <summary>What the options say about overlay networks of this machine.</summary>
public sealed record OverlayNodeOptions
{
    /// <summary>The networks that it takes part in; "" is the one without a name. Empty: none.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>Where networks stand in the store.</summary>
    public string Prefix { get; init; } = OverlayKeys.DefaultPrefix;

    /// <summary>The interface, and what others shall know of it.</summary>
    public InterfaceWish Interface { get; init; } = new("", null, null);

    /// <summary>What leaves a network gets the machine's address.</summary>
    public bool IsMasqueraded { get; init; }

    /// <summary>Where subnet.env of the first network is written; empty: nowhere.</summary>
    public string SubnetFile { get; init; } = "";

    /// <summary>Where docker's options are written; empty: nowhere.</summary>
    public string DockerFile { get; init; } = "";

    /// <summary>Where podman's network is written; empty: nowhere.</summary>
    public string PodmanFile { get; init; } = "";

    /// <summary>Where the list of CNI plugins is written; empty: nowhere.</summary>
    public string CniFile { get; init; } = "";
}
