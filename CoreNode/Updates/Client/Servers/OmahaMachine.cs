namespace CoreNode.Updates.Client.Servers;

/// <summary>What a machine tells update servers of itself that does not change while the node runs.</summary>
public sealed record OmahaMachine
{
    /// <summary>Name and version of this client.</summary>
    public required string Client { get; init; }

    /// <summary>Content of /etc/machine-id.</summary>
    public required string MachineId { get; init; }

    /// <summary>The first version that was ever installed; empty if unknown.</summary>
    public string AlephVersion { get; init; } = "";

    /// <summary>Machine type of the kernel.</summary>
    public string Architecture { get; init; } = "x86_64";
}
