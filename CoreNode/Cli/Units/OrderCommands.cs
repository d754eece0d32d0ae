using System.CommandLine;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary><c>unit submit</c>, <c>load</c>, <c>start</c>, <c>stop</c>, <c>unload</c>, <c>restart</c>, <c>destroy</c>.
/// </summary>
internal static class OrderCommands
{
    private const string FileMeaning =
        "a unit file, or the name of a unit that the cluster has or has a template for; .service is added";

    public static CliCommand Submit(CliSession session)
    {
        Argument<string[]> units = UnitArguments.Several(FileMeaning);
        Option<bool> replace = UnitArguments.Replace();
        var command = new CliCommand("submit", "hand unit files to the cluster without running them")
        {
            TakesFiles = true,
            Examples =
            [
                ("corenode unit submit web@.service", "a template, for `corenode unit start web@1`"),
                ("corenode unit submit --replace web.service", "another text under the same name"),
            ],
        };
        command.Arguments.Add(units);
        command.Options.Add(replace);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (List<string> names, int exitCode) = await UnitOrders.SubmitAsync(
                call, parsed.GetValue(units)!, "", parsed.GetValue(replace));
            if (call.IsJson && names.Count > 0)
                UnitOrders.WriteNames(call, names);
            foreach (string name in names)
            {
                if (!call.IsJson)
                    await call.Output.WriteLineAsync($"{name} submitted");
            }

            return exitCode;
        });
        return command;
    }

    public static CliCommand Load(CliSession session) => Ordered(
        session,
        new CliCommand("load", "place units on machines without starting them")
        {
            TakesFiles = true,
            Examples =
            [
                ("corenode unit load web.service", "on its machine, known to systemd, not started"),
                ("corenode unit load --no-block web@1 web@2", "do not wait for it"),
            ],
        },
        "loaded",
        "to be loaded");

    public static CliCommand Start(CliSession session) => Ordered(
        session,
        new CliCommand("start", "run units somewhere in the cluster")
        {
            TakesFiles = true,
            Details = "Waits until they run, and says on which machine or why not. What waits for a machine that will "
                + "do goes on waiting after Ctrl-C too: what was asked for stays wanted. A unit that failed is started "
                + "anew.",
            Examples =
            [
                ("corenode unit start web.service", "from the file, or as the cluster has it"),
                ("corenode unit start web@1 web@2 web@3", "three instances of web@.service"),
                ("corenode unit start --replace web.container", "a container by podman, as the file is now"),
                ("corenode unit start --wait 30 web", "exit code 1 if it does not run after half a minute"),
            ],
        },
        "launched",
        "to be started");

    public static CliCommand Stop(CliSession session) => Wanted(
        session,
        new CliCommand("stop", "stop units; they stay on their machines")
        {
            Examples =
            [
                ("corenode unit stop web.service", "started again by `corenode unit start web`"),
                ("corenode unit stop --wait 20 web@1 web@2", "exit code 1 if one still runs after 20 seconds"),
            ],
        },
        "loaded",
        "to be stopped");

    public static CliCommand Unload(CliSession session) => Wanted(
        session,
        new CliCommand("unload", "stop units and take them from their machines")
        {
            Examples =
            [
                ("corenode unit unload web.service", "the cluster keeps its text"),
                ("corenode unit unload --no-block web@1 web@2", "do not wait for it"),
            ],
        },
        "inactive",
        "to be unloaded");

    public static CliCommand Restart(CliSession session)
    {
        Argument<string[]> units = UnitArguments.Several("units that are started");
        Option<bool> noBlock = UnitArguments.NoBlock();
        Option<double> wait = UnitArguments.Wait();
        Option<bool> atOnce = new("--all-at-once") { Description = "not one after the other" };
        var command = new CliCommand("restart", "start units anew where they are")
        {
            Details = "One after the other, each once the one before runs again, unless --all-at-once is given.",
            Examples =
            [
                ("corenode unit restart web", "returns once it runs again"),
                ("corenode unit restart web@1 web@2 web@3", "one at a time; stops at the first that fails"),
            ],
        };
        Add(command, units, noBlock, wait);
        command.Options.Add(atOnce);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            List<string> names = parsed.GetValue(units)!.ToList().ConvertAll(UnitArguments.NameOf);
            int exitCode = await CheckStartedAsync(call, names);
            if (exitCode != ExitCode.Done)
                return exitCode;
            bool isOneByOne = !parsed.GetValue(atOnce) && !parsed.GetValue(noBlock);
            if (!isOneByOne)
                return await RestartAsync(call, names, noBlock, wait);
            foreach (string name in names)
            {
                exitCode = await RestartAsync(call, [name], noBlock, wait);
                if (exitCode != ExitCode.Done)
                    return exitCode;
            }

            return ExitCode.Done;
        });
        return command;
    }

    public static CliCommand Destroy(CliSession session)
    {
        Argument<string[]> units = UnitArguments.Several("units of the cluster");
        Option<bool> noBlock = UnitArguments.NoBlock();
        Option<double> wait = UnitArguments.Wait();
        var command = new CliCommand("destroy", "stop units and remove them from the cluster")
        {
            Examples =
            [
                ("corenode unit destroy web.service", "the file that it came from is not touched"),
                ("corenode unit destroy web@1 web@2", "the template stays"),
            ],
        };
        Add(command, units, noBlock, wait);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            List<string> names = parsed.GetValue(units)!.ToList().ConvertAll(UnitArguments.NameOf);
            List<string> taken = [];
            int exitCode = ExitCode.Done;
            foreach (string name in names)
            {
                AdminReply<string> reply = await call.AskAsync(call.Client.DestroyAsync(name, call.Cancellation));
                if (reply is AdminReply<string>.Done)
                    taken.Add(name);
                else
                    exitCode = await UnknownUnit.FailAsync(call, reply, name);
                if (exitCode == ExitCode.Unreachable)
                    return exitCode;
            }

            int waited = await UnitOrders.WaitAsync(
                call, new UnitGoal("destroyed"), taken, noBlock, wait, "to be destroyed");
            return waited == ExitCode.Done ? exitCode : waited;
        });
        return command;
    }

    private static CliCommand Ordered(CliSession session, CliCommand command, string state, string asked)
    {
        Argument<string[]> units = UnitArguments.Several(FileMeaning);
        Option<bool> noBlock = UnitArguments.NoBlock();
        Option<double> wait = UnitArguments.Wait();
        Option<bool> replace = UnitArguments.Replace();
        Add(command, units, noBlock, wait);
        command.Options.Add(replace);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            UnitGoal goal = new(state);
            string[] words = parsed.GetValue(units)!;
            List<string> ended = state == "launched" ? await EndedAsync(call, words, goal) : [];
            (List<string> names, int exitCode) = await UnitOrders.SubmitAsync(
                call, words, state, parsed.GetValue(replace));
            foreach (string name in ended.Where(names.Contains))
            {
                AdminReply<string> reply = await call.Client.RestartAsync(name, call.Cancellation);
                if (reply is not AdminReply<string>.Done)
                    return call.Fail(reply, name);
            }

            int waited = await UnitOrders.WaitAsync(call, goal, names, noBlock, wait, asked);
            return waited == ExitCode.Done ? exitCode : waited;
        });
        return command;
    }

    private static CliCommand Wanted(CliSession session, CliCommand command, string state, string asked)
    {
        Argument<string[]> units = UnitArguments.Several("units of the cluster");
        Option<bool> noBlock = UnitArguments.NoBlock();
        Option<double> wait = UnitArguments.Wait();
        Add(command, units, noBlock, wait);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (List<string> names, int exitCode) = await UnitOrders.WantAsync(call, parsed.GetValue(units)!, state);
            int waited = await UnitOrders.WaitAsync(call, new UnitGoal(state), names, noBlock, wait, asked);
            return waited == ExitCode.Done ? exitCode : waited;
        });
        return command;
    }

    // Units that were started before and have failed since: to want them launched again would change nothing.
    private static async Task<List<string>> EndedAsync(UnitCall call, string[] words, UnitGoal goal)
    {
        List<string> ended = [];
        foreach (string word in words)
        {
            string name = UnitArguments.NameOf(word);
            AdminReply<ListedUnit> reply = await call.Client.GetAsync(name, call.Cancellation);
            if (reply is not AdminReply<ListedUnit>.Done { Value: var unit } || unit.DesiredState != "launched"
                || !unit.Machines.Any(static place => place.Active == "failed"))
                continue;
            ended.Add(name);
            Remember(goal, unit);
        }

        return ended;
    }

    // Before any of them is touched: half of what was asked for helps nobody.
    private static async Task<int> CheckStartedAsync(UnitCall call, List<string> names)
    {
        foreach (string name in names)
        {
            AdminReply<ListedUnit> known = await call.AskAsync(call.Client.GetAsync(name, call.Cancellation));
            if (known is not AdminReply<ListedUnit>.Done found)
                return await UnknownUnit.FailAsync(call, known, name);
            if (found.Value.DesiredState != "launched")
                return call.Session.Fail(
                    ExitCode.Failed, $"{name} is not started; start it with `corenode unit start {name}`");
        }

        return ExitCode.Done;
    }

    private static async Task<int> RestartAsync(
        UnitCall call, List<string> names, Option<bool> noBlock, Option<double> wait)
    {
        UnitGoal goal = new("launched");
        foreach (string name in names)
        {
            AdminReply<ListedUnit> known = await call.AskAsync(call.Client.GetAsync(name, call.Cancellation));
            if (known is not AdminReply<ListedUnit>.Done found)
                return await UnknownUnit.FailAsync(call, known, name);
            Remember(goal, found.Value);
            AdminReply<string> reply = await call.AskAsync(call.Client.RestartAsync(name, call.Cancellation));
            if (reply is not AdminReply<string>.Done)
                return call.Fail(reply, name);
        }

        return await UnitOrders.WaitAsync(call, goal, names, noBlock, wait, "to be restarted");
    }

    private static void Remember(UnitGoal goal, ListedUnit unit)
    {
        foreach (UnitPlace place in unit.Machines)
            goal.Before[UnitGoal.Key(unit, place)] = place.Since;
    }

    private static void Add(CliCommand command, Argument<string[]> units, Option<bool> noBlock, Option<double> wait)
    {
        command.Arguments.Add(units);
        command.Options.Add(noBlock);
        command.Options.Add(wait);
    }
}
