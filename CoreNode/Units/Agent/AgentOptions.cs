using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>Who the agent is and where it keeps its notes.</summary>
public sealed record AgentOptions
{
    /// <summary>The machine, as it registers itself.</summary>
    public required MachineObject Machine { get; init; }

    /// <summary>Made once in the data folder; tells two machines of one id apart.</summary>
    public required ulong Instance { get; init; }

    /// <summary>Folder of the notes ($DATA/units/agent); made if absent.</summary>
    public required string Folder { get; init; }

    /// <summary>What is another one after the machine has restarted (/proc/sys/kernel/random/boot_id).</summary>
    public required string BootId { get; init; }

    /// <summary>The lease that is asked for (--units-lease).</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where units stand in the store.</summary>
    public RegistryKeys Keys { get; init; } = RegistryKeys.Default;
}
