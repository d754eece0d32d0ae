using CoreNode.Units.Model;

namespace CoreNode.Units.Manager;

/// <summary>
/// What runs units on one machine: systemd, or the embedded runner. Only units that were loaded through it are seen
/// and touched. Every call is about one unit, can be repeated, and never waits for another unit's call; any thread.
/// One suite of tests holds for all implementations.
/// </summary>
public interface IUnitManager : IAsyncDisposable
{
    /// <summary>"systemd" or "embedded".</summary>
    string Kind { get; }

    /// <summary>False while it cannot be reached; calls fail with <see cref="UnitManagerException"/> then.</summary>
    bool IsConnected { get; }

    /// <summary>
    /// Told after something has changed, with the unit's name, or with null when anything may have (it was lost and
    /// found again). On a thread of the manager: the handler must not block.
    /// </summary>
    event Action<string?>? Changed;

    /// <summary>
    /// The units that were loaded through this interface, also before this process was started, as they stand now;
    /// without asking anybody (kept from signals).
    /// </summary>
    IReadOnlyDictionary<string, UnitObservation> Units { get; }

    /// <summary>Connects and takes over what an earlier process of this node left loaded and running.</summary>
    /// <exception cref="UnitManagerException">It cannot be reached.</exception>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>
    /// Makes a unit known, or replaces its text; enables it where it has [Install]. Does not start or restart it.
    /// </summary>
    /// <param name="name">Full name.</param>
    /// <param name="file">Its text.</param>
    /// <param name="environment">Variables for its processes besides its own.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="UnitManagerException">The manager refuses; the message says why.</exception>
    Task LoadAsync(
        string name, UnitFile file, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation);

    /// <summary>Stops it if it runs, disables it and forgets it. Done at once for an unknown one.</summary>
    Task UnloadAsync(string name, CancellationToken cancellation);

    /// <summary>Starts it, and waits until it has started or failed. Done at once if it is active.</summary>
    Task<JobResult> StartUnitAsync(string name, CancellationToken cancellation);

    /// <summary>Stops it as its file says, and waits. Done at once if it is not active.</summary>
    Task<JobResult> StopUnitAsync(string name, CancellationToken cancellation);

    /// <summary>Starts it anew, also if it is active.</summary>
    Task<JobResult> RestartUnitAsync(string name, CancellationToken cancellation);

    /// <summary>Kills every process of it now, whatever its file says about stopping (fencing).</summary>
    Task KillAsync(string name, CancellationToken cancellation);

    /// <summary>
    /// The unit as it stands now with what it uses at this moment (memory, processor time), asked for where signals do
    /// not tell; null for an unknown one. For people who look at one unit; not for loops.
    /// </summary>
    Task<UnitObservation?> ExamineAsync(string name, CancellationToken cancellation) =>
        Task.FromResult(Units.GetValueOrDefault(name));
}
