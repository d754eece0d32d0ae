namespace CoreNode.Overlay.Model;

/// <summary>How packets get from machine to machine.</summary>
public enum BackendKind
{
    /// <summary>In UDP, by a device of the kernel.</summary>
    Vxlan,

    /// <summary>By routes between machines on one link.</summary>
    HostGateway,

    /// <summary>Subnets are leased, and nothing else is done.</summary>
    Allocate,
}
