namespace CoreNode.Units.Manager;

/// <summary>
/// Which processes are a unit's, for whoever kills them from outside of this process (the guard). Any thread.
/// </summary>
public interface IUnitProcesses
{
    /// <summary>
    /// Where processes of a unit are found, whether it is known and runs or not. The answer is the same before its
    /// start, while it runs and after a restart of this program, so it can be handed out before the unit is started.
    /// </summary>
    /// <param name="name">Full name.</param>
    UnitProcesses Find(string name);
}
