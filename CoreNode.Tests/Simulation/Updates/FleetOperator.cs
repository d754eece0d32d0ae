using CoreNode.Foundation;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>Looks at the fleet every hour and does what operators do, wisely or not.</summary>
internal sealed class FleetOperator(FleetWorld world, FleetServer server, Prng chance)
{
    private readonly FleetPlan _plan = world.Plan;

    public void Act()
    {
        if (server.Groups[0].Release < 0)
        {
            server.Start(0, 0);
            return;
        }

        for (int group = 0; group < server.Groups.Length; group++)
        {
            Standing(group);
            if (world.IsCalm)
                TryAgain(group);
        }

        if (world.IsCalm)
            return;
        Promote();
        if (_plan.HasOperator)
            Meddle();
    }

    /// <summary>Everything that only an operator can end ends, and both groups get a good release.</summary>
    public void EndFaults()
    {
        foreach (FleetEntry entry in server.Machines.Values)
        {
            if (entry.Machine.Override is not null)
                server.Override(entry.Machine.Id, null);
        }

        int release = Math.Max(0, server.Groups.Max(static g => g.Release));
        while (_plan.Releases[release].BadShare > 0)
            release++;
        for (int group = 0; group < server.Groups.Length; group++)
        {
            // What began while the clock was far ahead, or was held meanwhile, has waves in the far future.
            if (_plan.HasFarJump || server.Groups[group].Release != release)
                server.Start(group, release);
            else if (server.Groups[group].Standing is { PausedAt: not null } or { Stop: not null })
                server.Resume(group);
            if (!server.Groups[group].Policy.IsEnabled)
                server.SetPolicy(group, server.Groups[group].Policy with { IsEnabled = true });
        }

        HashSet<string> there = [.. world.Clients.Where(static c => !c.IsGone).Select(static c => c.Id)];
        foreach (RolloutMachine machine in server.Machines.Values.Select(static entry => entry.Machine).ToArray())
        {
            if (machine.State != RolloutState.Installed || there.Contains(machine.Id))
                continue;
            world.Tally.Count("operator: forgets a silent machine");
            server.Forget(machine.Id);
        }
    }

    private void Standing(int index)
    {
        FleetGroup group = server.Groups[index];
        if (group.Standing.PausedAt is not null && (world.IsCalm || chance.Chance(0.3)))
            server.Resume(index);
        if (group.Standing.Stop is null || !(world.IsCalm || chance.Chance(0.2)))
            return;
        bool isBad = _plan.Releases[group.Release].BadShare > 0;
        if (isBad && group.Release + 1 < _plan.Releases.Length)
        {
            world.Tally.Count("operator: the next release");
            server.Start(index, group.Release + 1);
        }
        else
        {
            server.Resume(index);
        }
    }

    // Machines that went back, by whatever a liar said of them, are told to take it all the same.
    private void TryAgain(int index)
    {
        string release = server.Groups[index].Started?.Id ?? "";
        foreach (FleetClient client in world.Clients)
        {
            if (!client.IsGone && server.Machines.TryGetValue(client.Id, out FleetEntry? entry)
                && entry.Machine is { Outcome: RolloutOutcome.RolledBack, Override: null } machine
                && machine.ReleaseId == release)
                Force(client.Id);
        }
    }

    private void Promote()
    {
        int release = server.Groups[0].Release;
        if (server.Groups[1].Release >= release)
            return;
        PromotionVerdict verdict = server.Judge(0);
        if (verdict.IsReady)
        {
            if (!_plan.Promotion.IsAutomatic && !chance.Chance(0.2))
                return;
            PromotionIsRight();
            world.Tally.Count($"the release is promoted by {(_plan.Promotion.IsAutomatic ? "itself" : "hand")}");
            server.Start(1, release);
        }
        else if (verdict.Until is not null)
        {
            world.Tally.Count("a promotion waits");
        }
    }

    // Counted in the simplest way.
    private void PromotionIsRight()
    {
        FleetGroup group = server.Groups[0];
        RolloutMachine[] ended = [.. server.MachinesOf(0).Where(m => m.ReleaseId == group.Started!.Id
            && m.Outcome != RolloutOutcome.None && m.OutcomeRound == group.Standing.Round)];
        int failed = ended.Count(static m => m.Outcome != RolloutOutcome.Succeeded);
        long soaked = server.Clock - group.Started!.StartedAt.ToUnixTimeSeconds()
            - (long)group.Standing.HeldFor.TotalSeconds;
        FleetChecker.Check(
            soaked >= _plan.Promotion.Soak.TotalSeconds && failed <= _plan.Promotion.MaxErrorShare * ended.Length
            && ended.Length - failed >= _plan.Promotion.MinSucceeded && group.Standing.Stop is null,
            () => $"promoted after {soaked} s with {failed} failures of {ended.Length} by {_plan.Promotion}");
    }

    private void Meddle()
    {
        int index = chance.Next(server.Groups.Length);
        FleetGroup group = server.Groups[index];
        FleetClient client = world.Clients[chance.Next(world.Clients.Length)];
        switch (chance.Next(40))
        {
            case 0 when group.Standing.PausedAt is null:
                world.Tally.Count("operator: pause");
                server.Pause(index);
                break;
            case 1 when server.Groups[0].Release + 1 < _plan.Releases.Length && chance.Chance(0.3):
                world.Tally.Count("operator: the next release");
                server.Start(0, server.Groups[0].Release + 1);
                break;
            case 2:
                world.Tally.Count("operator: other limits");
                server.SetPolicy(index, group.Policy with
                {
                    MaxAtATime = 1 + (_plan.Machines / 15) + chance.Next(1 + (_plan.Machines / 5)),
                    MaxPerPeriod = group.Policy.MaxPerPeriod + 1,
                    IsEnabled = chance.Chance(0.8),
                });
                break;
            case 3:
                Force(client.Id);
                break;
            case 4:
                world.Tally.Count("operator: exempt");
                server.Override(client.Id, new MachineOverride { IsExempt = true, Note = "it is mine" });
                break;
            case 5:
                string pin = _plan.Releases[chance.Next(_plan.Releases.Length)].Version;
                bool isThere = chance.Chance(0.8);
                world.Tally.Count($"operator: pinned to {(isThere ? "a version that is there" : "no version")}");
                server.Override(client.Id, new MachineOverride { PinnedVersion = isThere ? pin : "0.1.2" });
                break;
            case 6:
                world.Tally.Count("operator: other group");
                server.Override(client.Id, new MachineOverride { GroupId = $"{1 - client.Group}" });
                break;
            case 7:
                world.Tally.Count("operator: despite the stop");
                server.Override(client.Id, new MachineOverride { IsForced = true, IsDespiteStop = true });
                break;
            default:
                break;
        }
    }

    private void Force(string id)
    {
        world.Tally.Count("operator: forced");
        server.Override(id, new MachineOverride { IsForced = true });
    }
}
