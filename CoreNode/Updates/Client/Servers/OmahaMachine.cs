namespace CoreNode.Updates.Client.Servers;

/// <summary>What a machine tells update servers of itself that does not change while the node runs.</summary>
public sealed record OmahaMachine
{
    /// <summary>Name and version of this client.</summary>
    public required string Client { get; init; }

    /// <summary>Content of /etc/machine-id.</summary>
    public required string MachineId { get; init; }

    /// <summary>Gives the first version that was ever installed, by the one that runs now.</summary>
    public Func<string, string> FirstVersion { get; init; } = static running => running;

    /// <summary>Machine type of the kernel.</summary>
    public string Architecture { get; init; } = "x86_64";
}
