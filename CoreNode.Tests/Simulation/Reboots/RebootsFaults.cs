namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>What goes wrong, at each step of a reboot.</summary>
internal sealed class RebootsFaults(RebootsCluster cluster)
{
    public static readonly string[] Steps =
    [
        "look", "lock", "move leader", "cordon", "drain", "warn", "sync", "restart", "judge", "uncordon", "release",
    ];

    /// <summary>Perhaps something happens while a machine does that step.</summary>
    public void Strike(RebootsMachine machine, string step, double seconds)
    {
        if (!cluster.IsTurmoil || !cluster.Plan.HasFaults || !cluster.Chance.Chance(step == "judge" ? 0.02 : 0.12))
            return;
        long after = (long)(cluster.Chance.NextDouble() * seconds * 2 * RebootsPlan.Second);
        switch (cluster.Chance.Next(5))
        {
            case 0 or 1:
                cluster.Tally.Count($"the store loses its leader at: {step}");
                cluster.Store.LoseLeader(Span(1, 20));
                break;
            case 2:
                cluster.Tally.Count($"a node is killed at: {step}");
                cluster.World.After(after, machine.Kill);
                break;
            case 3:
                cluster.Tally.Count($"a machine dies at: {step}");
                cluster.World.After(after, () => machine.Crash(Span(30, 120)));
                break;
            default:
                Lose(machine, step, after);
                break;
        }
    }

    /// <summary>Faults that have nothing to do with steps.</summary>
    public void Plan()
    {
        if (!cluster.Plan.HasFaults)
            return;
        for (int i = 0; i < 6; i++)
        {
            cluster.World.At(Span(10, 900), () => cluster.Store.LoseLeader(Span(1, 15)));
            cluster.World.At(Span(10, 900), () =>
            {
                if (cluster.Chance.Chance(0.5))
                    cluster.Machines[cluster.Chance.Next(cluster.Machines.Count)].Crash(Span(30, 300));
            });
        }
    }

    /// <summary>Nothing goes wrong any more: members come back, other machines only now and then.</summary>
    public void End()
    {
        foreach (RebootsMachine machine in cluster.Machines)
        {
            if (!machine.IsLost)
                continue;
            if (!machine.IsVoter && cluster.Chance.Chance(0.7))
            {
                cluster.Tally.Count("a machine never comes back");
                continue;
            }

            machine.Mend();
            machine.Boot();
        }
    }

    // Not where a release is broken: a lock that is taken away by hand lets the next machine have it.
    private void Lose(RebootsMachine machine, string step, long after)
    {
        bool isOne = cluster.Machines.Any(static m => m.IsLost);
        if (isOne || cluster.Plan.Voters < 3 || cluster.Plan.Release != RebootsRelease.Good)
            return;
        cluster.Tally.Count($"a machine is lost at: {step}");
        cluster.World.After(after, () =>
        {
            if (!machine.IsUp || cluster.Machines.Any(static m => m.IsLost))
                return;
            machine.Crash(RebootsPlan.Second);
            machine.IsLost = true;
        });
    }

    private long Span(int from, int to) =>
        (long)((from + (cluster.Chance.NextDouble() * (to - from))) * RebootsPlan.Second);
}
