using CoreNode.Foundation;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>What a simulated machine does when it has its turn.</summary>
internal sealed class FleetTurn(FleetWorld world, FleetServer server, Prng chance)
{
    private const int Hour = 3600;

    public void Take(FleetClient client)
    {
        if (client.IsGone)
            return;
        world.Trace.Note((int)client.Phase, (ulong)client.Index, (ulong)server.Clock, (ulong)client.Tries);
        if (client.Kind == FleetKind.Vanishing && client.Phase != FleetPhase.Ask && chance.Chance(0.4))
        {
            client.IsGone = true;
            return;
        }

        switch (client.Phase)
        {
            case FleetPhase.Ask:
                Ask(client);
                break;
            case FleetPhase.BeginFetch:
                Tell(client, OmahaEvent.DownloadStarted);
                bool isSlow = client.Kind == FleetKind.Slow && client.Tries++ < 3;
                Next(client, FleetPhase.EndFetch, isSlow ? client.FetchSeconds + (3 * Hour) : client.FetchSeconds);
                break;
            case FleetPhase.EndFetch:
                EndFetch(client);
                break;
            case FleetPhase.Install:
                Tell(client, chance.Chance(0.1) ? OmahaEvent.RebootHeld : OmahaEvent.Installed);
                Next(client, FleetPhase.Reboot, client.RebootSeconds);
                break;
            case FleetPhase.Reboot:
                Reboot(client);
                break;
            default:
                throw new InvalidOperationException($"{client.Phase} is no phase");
        }
    }

    private void Ask(FleetClient client)
    {
        OmahaEvent told = client.HasRolledBack ? OmahaEvent.RolledBack : OmahaEvent.Running("");
        RolloutAsk ask = new()
        {
            Version = client.Version,
            IsOnDemand = chance.Chance(0.02),
            TakesSteps = client.TakesSteps,
        };
        bool isLost = IsLost("request");
        RolloutDecision? decision = isLost
            ? null
            : server.Handle(new FleetRequest(client.Id, client.Group, [told], ask), IsCrash());
        if (decision is null || IsLost("answer"))
        {
            Next(client, FleetPhase.Ask, 20 + chance.Next(600));
            return;
        }

        client.HasRolledBack = false;
        if (world.Trace.IsVerbose)
            world.Trace.Write($"{client.Id[..6]} at {client.Version}: {decision}");
        if (decision is RolloutDecision.Offer offer)
            Take(client, offer);
        else
            Later(client, decision.PollInterval);
    }

    private void Take(FleetClient client, RolloutDecision.Offer offer)
    {
        if (client.Kind == FleetKind.Deferring && client.Tries++ < 3)
        {
            Tell(client, OmahaEvent.Deferred(36));
            Later(client, null);
            return;
        }

        client.Step = offer.Steps[0].Version;
        Next(client, FleetPhase.BeginFetch, 1 + chance.Next(20));
    }

    private void EndFetch(FleetClient client)
    {
        bool fails = client.Kind == FleetKind.Flaky && client.Tries++ < 2;
        Tell(client, fails ? OmahaEvent.Failed(9) : OmahaEvent.DownloadFinished);
        if (fails)
            Later(client, null);
        else
            Next(client, FleetPhase.Install, 1 + (client.FetchSeconds / 4));
    }

    private void Reboot(FleetClient client)
    {
        FleetRelease? release = Array.Find(world.Plan.Releases, r => r.Version == client.Step);
        bool isBad = client.Kind == FleetKind.Broken || release?.IsBadOn(client) == true;
        string before = client.Version;
        if (client.Kind == FleetKind.BrokenAndSilent && release is not null)
        {
            // It comes up, says so, and goes back later.
            client.Version = client.Step;
            Tell(client, OmahaEvent.Running(before), isCheck: true);
            client.Version = before;
            Next(client, FleetPhase.Ask, chance.Next(Hour));
            return;
        }

        client.HasRolledBack = isBad;
        if (!isBad)
        {
            string? missed = world.Plan.Releases[0].Floors.FirstOrDefault(
                floor => VersionOrder.Compare(floor, before) > 0 && VersionOrder.Compare(floor, client.Step) < 0);
            FleetChecker.Check(missed is null, () => $"{client.Id} went from {before} to {client.Step} past {missed}");
            client.Version = client.Step;
        }

        Next(client, FleetPhase.Ask, 1 + chance.Next(60));
    }

    private void Tell(FleetClient client, OmahaEvent told, bool isCheck = false)
    {
        if (IsLost("request"))
            return;
        RolloutAsk? ask = isCheck ? new RolloutAsk { Version = client.Version } : null;
        server.Handle(new FleetRequest(client.Id, client.Group, [told], ask), IsCrash());
    }

    // As clients spread their checks; a clock that jumps makes one early or late.
    private void Later(FleetClient client, TimeSpan? poll)
    {
        double seconds = (poll ?? TimeSpan.FromMinutes(45)).TotalSeconds;
        long wait = (long)(seconds * (0.5 + chance.NextDouble()));
        if (!world.IsCalm && chance.Chance(0.005))
        {
            world.Tally.Count("fault: client's clock jumps");
            wait = chance.Next(6 * Hour);
        }

        Next(client, FleetPhase.Ask, wait);
    }

    private void Next(FleetClient client, FleetPhase phase, long after)
    {
        client.Phase = phase;
        world.Wake(client, after);
    }

    private bool IsLost(string what)
    {
        if (world.IsCalm || !chance.Chance(world.Plan.Loss))
            return false;
        world.Tally.Count($"fault: {what} lost");
        return true;
    }

    private bool IsCrash() => !world.IsCalm && chance.Chance(world.Plan.Crashes);
}
