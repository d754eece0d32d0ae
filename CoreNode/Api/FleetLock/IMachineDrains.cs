namespace CoreNode.Api.FleetLock;

/// <summary>
/// Machines of this cluster that run units, and how they are emptied before a reboot. Any thread. Faults of the world
/// are told as <see cref="IOException"/>.
/// </summary>
public interface IMachineDrains
{
    /// <summary>Machine ids of the machines that run units; empty where nothing is to be drained.</summary>
    Task<IReadOnlyList<string>> ListMachinesAsync(CancellationToken cancellation);

    /// <summary>What keeps a machine from going whoever moves its units; null: nothing.</summary>
    Task<string?> ObstacleAsync(string machineId, CancellationToken cancellation);

    /// <summary>
    /// Moves the units of a machine away and returns once they are: null, or what is left there and why. May be
    /// repeated, and goes on where it was.
    /// </summary>
    Task<string?> DrainAsync(string machineId, CancellationToken cancellation);

    /// <summary>Takes a machine back into use, if a drain of this port took it out; else nothing.</summary>
    Task UncordonAsync(string machineId, CancellationToken cancellation);
}
