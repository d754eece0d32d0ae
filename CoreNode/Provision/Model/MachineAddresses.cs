namespace CoreNode.Provision.Model;

/// <summary>What a source of configuration tells about the machine itself; empty: it does not.</summary>
public sealed record MachineAddresses
{
    /// <summary>Value of $public_ipv4.</summary>
    public string PublicIPv4 { get; init; } = "";

    /// <summary>Value of $private_ipv4.</summary>
    public string PrivateIPv4 { get; init; } = "";

    /// <summary>Value of $public_ipv6.</summary>
    public string PublicIPv6 { get; init; } = "";

    /// <summary>Value of $private_ipv6.</summary>
    public string PrivateIPv6 { get; init; } = "";
}
