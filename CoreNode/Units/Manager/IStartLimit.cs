namespace CoreNode.Units.Manager;

/// <summary>
/// Until when processes of a guarded unit may begin. Whoever starts processes by itself (Restart=, a start that was
/// delayed) asks right before, and the new process looks at the clock once more after it has joined its control group
/// and right before it becomes the unit's program: what is in the group before the deadline is killed at the deadline,
/// and what joins it later ends by itself. So nothing of the unit runs after the guard acted, also when this process
/// was stopped between the question and the start. Any thread.
/// </summary>
public interface IStartLimit
{
    /// <summary>
    /// Moment of CLOCK_BOOTTIME from which on no process of the unit may begin; null: the unit is not guarded. A
    /// moment that is over forbids it until the guard is armed again.
    /// </summary>
    /// <param name="name">Full name.</param>
    TimeSpan? NotAfter(string name);
}
