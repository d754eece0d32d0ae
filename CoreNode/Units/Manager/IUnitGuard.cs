namespace CoreNode.Units.Manager;

/// <summary>
/// Kills units at a deadline, whatever becomes of this process (docs/decisions: the guard): it lives outside of it.
/// One caller at a time.
/// </summary>
public interface IUnitGuard : IAsyncDisposable
{
    /// <summary>
    /// From now on exactly these units are killed when <paramref name="deadline"/> is over, unless this is called again
    /// before. Once it returns, the guard holds that: a unit may be started only then. No units: nothing is held.
    /// </summary>
    /// <param name="units">Full names.</param>
    /// <param name="deadline">Moment of CLOCK_BOOTTIME, which goes on while the machine sleeps.</param>
    /// <param name="cancellation">Gives up; what was held before still is.</param>
    /// <exception cref="UnitManagerException">The guard cannot be armed: the units must not run.</exception>
    Task ArmAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation);
}
