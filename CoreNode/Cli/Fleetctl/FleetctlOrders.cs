using CoreNode.Api.Client.Units;
using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Fleetctl;

/// <summary>submit, load, start, stop, unload, restart, destroy.</summary>
internal static class FleetctlOrders
{
    private static readonly GoFlag s_replace =
        new(["replace"], GoFlagKind.Boolean, "Replace the units that the cluster has by the local files");

    private static readonly GoFlag s_noBlock =
        new(["no-block"], GoFlagKind.Boolean, "Do not wait; always so for global units");

    private static readonly GoFlag s_attempts =
        new(["block-attempts"], GoFlagKind.Number, "Look so often before giving up; 0: no limit", "0");

    // An unsigned relic: taken so that scripts go on, refused as fleetctl does.
    private static readonly GoFlag s_sign = new(["sign"], GoFlagKind.Boolean, "DEPRECATED - cannot be used");

    public static readonly FleetctlCommand[] All =
    [
        new("submit", "Upload one or more units to the cluster without starting them", "[--replace] UNIT...",
            [s_replace, s_sign], SubmitAsync),
        new("load", "Schedule one or more units in the cluster, first submitting them if necessary",
            "[--no-block|--block-attempts=N] [--replace] UNIT...", [s_replace, s_noBlock, s_attempts, s_sign],
            (session, flags) => RaiseAsync(session, flags, "load", "loaded")),
        new("start", "Run one or more units in the cluster, first submitting and loading if necessary",
            "[--no-block|--block-attempts=N] [--replace] UNIT...", [s_replace, s_noBlock, s_attempts, s_sign],
            (session, flags) => RaiseAsync(session, flags, "start", "launched")),
        new("stop", "Stop one or more units in the cluster", "[--no-block|--block-attempts=N] UNIT...",
            [s_noBlock, s_attempts], (session, flags) => LowerAsync(session, flags, "stop", "loaded")),
        new("unload", "Unschedule one or more units in the cluster", "[--no-block|--block-attempts=N] UNIT...",
            [s_noBlock, s_attempts], (session, flags) => LowerAsync(session, flags, "unload", "inactive")),
        new("restart", "Restart one or more units in the cluster, one after the other",
            "[--block-attempts=N] UNIT...", [s_attempts], RestartAsync),
        new("destroy", "Destroy one or more units in the cluster", "[--no-block|--block-attempts=N] UNIT...",
            [s_noBlock, s_attempts], DestroyAsync),
    ];

    private static async Task<int> SubmitAsync(FleetctlSession session, GoFlagSet flags)
    {
        RefuseSign(flags);
        if (flags.Arguments.Count == 0)
        {
            session.Complain("No units given");
            return 0;
        }

        await new FleetctlUnits(session, flags).CreateAsync("inactive");
        return 0;
    }

    private static async Task<int> RaiseAsync(FleetctlSession session, GoFlagSet flags, string word, string state)
    {
        RefuseSign(flags);
        if (flags.Arguments.Count == 0)
        {
            session.Complain("No units given");
            return 0;
        }

        FleetctlUnits units = new(session, flags);
        string[] replaceable = state == "loaded" ? ["inactive", "loaded"] : ["inactive", "loaded", "launched"];
        await units.CreateAsync(replaceable);
        List<string> waiting = [];
        foreach (FleetUnit unit in await units.WantAsync(state))
        {
            if (unit.IsGlobal)
                await session.Out.WriteLineAsync($"Triggered global unit {unit.Name} {word}");
            else
                waiting.Add(unit.Name);
        }

        int exitCode = await units.TryWaitAsync(waiting, word, state);
        return exitCode == 0 && state == "launched" && !flags.Has("no-block")
            ? await units.WaitActiveAsync(waiting)
            : exitCode;
    }

    private static async Task<int> LowerAsync(FleetctlSession session, GoFlagSet flags, string word, string state)
    {
        FleetctlUnits units = new(session, flags);
        List<FleetUnit> found = await units.FindAsync();
        if (found.Count == 0)
        {
            session.Complain("Units not found in registry");
            return 0;
        }

        List<string> waiting = [];
        foreach (FleetUnit unit in found)
        {
            if (!unit.IsGlobal && state == "loaded" && unit.CurrentState == "inactive")
                throw new FleetctlException(1, $"Unable to stop unit {unit.Name} in state inactive");
            if (!unit.IsGlobal && unit.CurrentState == state && unit.DesiredState == state)
                continue;
            await session.Client.PutAsync(unit.Name, null, state, session.Cancellation);
            if (unit.IsGlobal)
                await session.Out.WriteLineAsync($"Triggered global unit {unit.Name} {word}");
            else
                waiting.Add(unit.Name);
        }

        int exitCode = await units.TryWaitAsync(waiting, word, state);
        string done = word == "stop" ? "stopped" : "unloaded";
        session.Complain(exitCode == 0
            ? $"Successfully {done} units [{string.Join(' ', waiting)}]."
            : $"Failed to {word} units [{string.Join(' ', waiting)}]. exit == {exitCode}.");
        return exitCode;
    }

    private static async Task<int> RestartAsync(FleetctlSession session, GoFlagSet flags)
    {
        FleetctlUnits units = new(session, flags);
        List<FleetUnit> found = await units.FindAsync();
        if (found.Count == 0)
        {
            session.Complain("Units not found in registry");
            return 0;
        }

        foreach (FleetUnit unit in found)
        {
            if (!unit.IsGlobal && unit.CurrentState == "inactive")
                throw new FleetctlException(1, $"Unable to restart unit {unit.Name} in state inactive");
            List<string> name = [unit.Name];
            if (unit.IsGlobal || unit.CurrentState != "loaded")
            {
                await session.Client.PutAsync(unit.Name, null, "loaded", session.Cancellation);
                if (await units.WaitAsync(name, "loaded") is not 0 and var failed)
                    return failed;
            }

            await session.Client.PutAsync(unit.Name, null, "launched", session.Cancellation);
            if (await units.WaitAsync(name, "launched") is not 0 and var notStarted)
                return notStarted;
            await session.Out.WriteLineAsync($"Unit({unit.Name}) was restarted.");
        }

        return 0;
    }

    private static async Task<int> DestroyAsync(FleetctlSession session, GoFlagSet flags)
    {
        List<FleetUnit> found = await new FleetctlUnits(session, flags).FindAsync();
        if (found.Count == 0)
        {
            session.Complain("Units not found in registry");
            return 0;
        }

        foreach (FleetUnit unit in found)
        {
            await session.Client.DestroyAsync(unit.Name, session.Cancellation);
            await session.Out.WriteLineAsync($"Destroyed {unit.Name}");
        }

        return 0;
    }

    private static void RefuseSign(GoFlagSet flags)
    {
        if (flags.Has("sign"))
            throw new FleetctlException(
                2, "WARNING: The signed/verified units feature is DEPRECATED and cannot be used.");
    }
}
