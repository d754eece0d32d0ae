namespace CoreNode.Tests.Simulation.Whole;

/// <summary>What goes wrong, at each step of a reboot.</summary>
internal sealed class WholeFaults(WholeCluster cluster)
{
    public static readonly string[] Steps =
    [
        "look", "lock", "last look", "move leader", "cordon", "drain", "warn", "sync", "restart", "judge", "uncordon",
        "release",
    ];

    /// <summary>Perhaps something happens while a machine does that step.</summary>
    public void Strike(WholeMachine machine, string step)
    {
        if (!cluster.IsTurmoil || !cluster.Chance.Chance(step == "judge" ? 0.01 : 0.1))
            return;
        long after = (long)(cluster.Chance.NextDouble() * (step == "drain" ? 6 : 0.02) * WholePlan.Second);
        switch (cluster.Chance.Next(6))
        {
            case 0 or 1:
                cluster.Tally.Count($"the store's leader steps down at: {step}");
                cluster.World.After(after, cluster.Units.Store.Transfer);
                break;
            case 2:
                cluster.World.After(after, () => KillLeader(step));
                break;
            case 3:
                cluster.Tally.Count($"a supervisor is killed at: {step}");
                cluster.World.After(after, () => machine.Kill(Span(1, 4)));
                break;
            default:
                cluster.World.After(after, () => Crash(machine, step));
                break;
        }
    }

    private void KillLeader(string step)
    {
        if (cluster.Units.Store.Leader is not { } leader)
            return;
        cluster.Tally.Count($"the store's leader is killed at: {step}");
        cluster.MachineOf(leader.Node).Kill(Span(2, 9));
    }

    // Of a version that dies with its machine before it was judged nobody can say whether it is at fault: where it is,
    // another machine may take it then (docs/decisions/0060, 5).
    private void Crash(WholeMachine machine, string step)
    {
        if (!machine.Node.IsUp || (cluster.Plan.IsBroken && machine.IsUnproven))
            return;
        bool isLong = cluster.Chance.Chance(0.3);
        cluster.Tally.Count($"a machine dies at: {step}");
        cluster.Tally.Count(isLong ? "a machine is away for long" : "a machine is away for a short time");
        machine.Crash(isLong ? Span(100, 220) : Span(20, 60));
    }

    private long Span(int from, int to) =>
        (long)((from + (cluster.Chance.NextDouble() * (to - from))) * WholePlan.Second);
}
