namespace CoreNode.Reboots;

/// <summary>
/// The arrows of the diagram in docs/reboots.md. A test compares the two; every turn checks that it follows one.
/// </summary>
public static class RebootArrows
{
    /// <summary>Every arrow.</summary>
    public static readonly IReadOnlyList<RebootArrow> All =
    [
        new(RebootStage.Idle, RebootStage.Wanted, "an update is installed, a file or a person asks"),
        new(RebootStage.Idle, RebootStage.Gate, "the state was lost: a lock may be held"),
        new(RebootStage.Wanted, RebootStage.Idle, "refused, cancelled or not wanted any more"),
        new(RebootStage.Wanted, RebootStage.WindowWait, "the window is shut, or this machine's time in it not come"),
        new(RebootStage.Wanted, RebootStage.LockWait, "nothing would break"),
        new(RebootStage.Wanted, RebootStage.Admitted, "nothing would break, and the strategy takes no lock"),
        new(RebootStage.WindowWait, RebootStage.Wanted, "a person asks for it now, or the node was started again"),
        new(RebootStage.WindowWait, RebootStage.Idle, "cancelled or not wanted any more"),
        new(RebootStage.WindowWait, RebootStage.LockWait, "the window is open"),
        new(RebootStage.WindowWait, RebootStage.Admitted, "the window is open, and the strategy takes no lock"),
        new(RebootStage.LockWait, RebootStage.Admitted, "the lock is held"),
        new(RebootStage.LockWait, RebootStage.Returning, "the window shuts, cancelled or not wanted any more"),
        new(RebootStage.LockWait, RebootStage.Gate, "the machine has restarted by itself"),
        new(RebootStage.Admitted, RebootStage.Leaving, "the window is open, and still nothing would break"),
        new(RebootStage.Admitted, RebootStage.Returning, "the window is shut, something would break, or cancelled"),
        new(RebootStage.Admitted, RebootStage.Gate, "the machine has restarted by itself"),
        new(RebootStage.Leaving, RebootStage.Warning, "leadership is elsewhere and the machine drained"),
        new(RebootStage.Leaving, RebootStage.Returning, "the window shuts, cancelled, or it cannot be drained"),
        new(RebootStage.Leaving, RebootStage.Gate, "the machine has restarted by itself"),
        new(RebootStage.Warning, RebootStage.Stopping, "nobody is logged in, or their time is over"),
        new(RebootStage.Warning, RebootStage.Returning, "the window shuts, cancelled or not wanted any more"),
        new(RebootStage.Warning, RebootStage.Gate, "the machine has restarted by itself"),
        new(RebootStage.Stopping, RebootStage.Rebooting, "the disks have everything"),
        new(RebootStage.Stopping, RebootStage.Gate, "the machine has restarted by itself"),
        new(RebootStage.Rebooting, RebootStage.Gate, "the machine has restarted"),
        new(RebootStage.Rebooting, RebootStage.Returning, "it cannot be asked to, or does not go down"),
        new(RebootStage.Gate, RebootStage.Uncordoning, "healthy"),
        new(RebootStage.Uncordoning, RebootStage.Releasing, "the machine takes units again"),
        new(RebootStage.Releasing, RebootStage.Idle, "the lock is given back"),
        new(RebootStage.Returning, RebootStage.Idle, "everything is given back"),
        new(RebootStage.Returning, RebootStage.Wanted, "everything is given back, and it is wanted still"),
        new(RebootStage.Returning, RebootStage.Gate, "the machine has restarted by itself"),
    ];

    /// <summary>True if there is an arrow.</summary>
    public static bool Has(RebootStage from, RebootStage to)
    {
        foreach (RebootArrow arrow in All)
        {
            if (arrow.From == from && arrow.To == to)
                return true;
        }

        return false;
    }
}
