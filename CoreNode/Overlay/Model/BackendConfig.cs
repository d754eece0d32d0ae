namespace CoreNode.Overlay.Model;

/// <summary>What the configuration says about the backend. Only vxlan has more than a kind.</summary>
public sealed record BackendConfig(BackendKind Kind)
{
    /// <summary>The network's number in VXLAN.</summary>
    public int Vni { get; init; } = 1;

    /// <summary>The UDP port; what the kernel takes where the configuration names none.</summary>
    public int Port { get; init; } = 8472;

    /// <summary>Peers on the same link are reached without a tunnel.</summary>
    public bool HasDirectRouting { get; init; }

    /// <summary>Group based policy.</summary>
    public bool HasGroupPolicy { get; init; }

    /// <summary>The device learns from what arrives.</summary>
    public bool IsLearning { get; init; }

    /// <summary>What packets may have outside of the tunnel; null: what the interface has.</summary>
    public int? Mtu { get; init; }

    /// <summary>The name in configurations and leases.</summary>
    public string Name => Kind switch
    {
        BackendKind.Vxlan => "vxlan",
        BackendKind.HostGateway => "host-gw",
        _ => "alloc",
    };

    /// <summary>The device's name for IPv4.</summary>
    public string Link => $"flannel.{Vni}";

    /// <summary>The device's name for IPv6, which has one of its own.</summary>
    public string LinkV6 => $"flannel-v6.{Vni}";
}
