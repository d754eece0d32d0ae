namespace CoreNode.Hosting;

/// <summary>What the options say about units on this machine.</summary>
public sealed record UnitOptions
{
    /// <summary>False: this node runs no units, places none and serves no units surface (--modules store).</summary>
    public required bool IsOn { get; init; }

    /// <summary>What this machine is told apart by, for the placing of units.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>
    /// Address that people and units reach this machine by; empty: the one its default route leaves from.
    /// </summary>
    public required string PublicIp { get; init; }

    /// <summary>32 hex digits; null: /etc/machine-id, or one that is made once and kept in the data folder.</summary>
    public required string? MachineId { get; init; }

    /// <summary>systemd, embedded or auto.</summary>
    public required string Manager { get; init; }

    /// <summary>How long this machine's units stay its own after it was heard of last.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>What becomes of the units when the node is stopped: keep, leave or auto.</summary>
    public string OnStop { get; init; } = "auto";

    /// <summary>Client URLs of an existing etcd that is the store; empty: the built-in one.</summary>
    public required IReadOnlyList<Uri> Store { get; init; }
}
