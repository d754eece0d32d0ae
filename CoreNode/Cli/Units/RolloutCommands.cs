using System.CommandLine;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary><c>unit rollout status</c>, <c>pause</c>, <c>resume</c>.</summary>
internal static class RolloutCommands
{
    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("rollout", "see and hold up how new content reaches a template's replicas")
        {
            Details = "New content (unit submit --replace) reaches the replicas one after the other; with "
                + "UpdatePolicy=rolling by their health, at most MaxUnavailable= at a time, and it stops when one "
                + "fails.",
            Examples =
            [
                ("corenode unit rollout status web@", "how far it is, and why it does not go on"),
                ("corenode unit rollout pause web@ --reason 'errors went up'", "no further replica gets it"),
                ("corenode unit rollout resume web@", "go on, also after it stopped by itself"),
            ],
        };
        group.Subcommands.Add(Status(session));
        group.Subcommands.Add(Pause(session));
        group.Subcommands.Add(Resume(session));
        return group;
    }

    private static CliCommand Status(CliSession session)
    {
        Argument<string> name = Template();
        var command = new CliCommand("status", "show how far new content is")
        {
            Details = "Exit code 1 while it is stopped because a replica failed.",
            Examples =
            [
                ("corenode unit rollout status web@", "done, going on, paused or stopped, and why"),
                ("corenode unit rollout status web@ -o json", "for programs: rollout, outdatedReplicas"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (ListedUnit? unit, int exitCode) = await FindAsync(call, parsed.GetValue(name)!);
            if (unit is null)
                return exitCode;
            call.Output.WriteLine(call.IsJson ? unit.Json : Describe(unit));
            return unit.Rollout == "stopped" ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Pause(CliSession session)
    {
        Argument<string> name = Template();
        Option<string> reason = new("--reason") { Description = "why; `unit list` shows it", HelpName = "TEXT" };
        var command = new CliCommand("pause", "give no further replica new content")
        {
            Details = "It holds for content that comes later, too, until `unit rollout resume`.",
            Examples =
            [
                ("corenode unit rollout pause web@", "those that have it keep it"),
                ("corenode unit rollout pause web@ --reason 'errors went up'", "`unit list` shows why"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(reason);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (ListedUnit? unit, int exitCode) = await FindAsync(call, parsed.GetValue(name)!);
            if (unit is null)
                return exitCode;
            AdminReply<string> reply = await call.AskAsync(
                call.Client.PauseAsync(unit.Name, parsed.GetValue(reason) ?? "", call.Cancellation));
            return await ShowAsync(call, reply, unit.Name);
        });
        return command;
    }

    private static CliCommand Resume(CliSession session)
    {
        Argument<string> name = Template();
        var command = new CliCommand("resume", "let new content go on")
        {
            Details = "Where a replica still does not work it stops again: start that one anew (`unit restart`) or "
                + "submit content that works first.",
            Examples =
            [
                ("corenode unit rollout resume web@", "after pause, or after it stopped"),
                ("corenode unit restart web@1 && corenode unit rollout resume web@", "once what failed was mended"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (ListedUnit? unit, int exitCode) = await FindAsync(call, parsed.GetValue(name)!);
            if (unit is null)
                return exitCode;
            AdminReply<string> reply = await call.AskAsync(call.Client.ResumeAsync(unit.Name, call.Cancellation));
            return await ShowAsync(call, reply, unit.Name);
        });
        return command;
    }

    // What one says of a template, in one line.
    private static string Describe(ListedUnit unit)
    {
        int done = unit.Replicas - unit.OutdatedReplicas;
        string how = unit.Rollout.Length > 0 ? unit.Rollout : unit.OutdatedReplicas == 0 ? "done" : "going on";
        string reason = unit.RolloutReason.Length > 0 && unit.Rollout.Length > 0 ? unit.RolloutReason : unit.Reason;
        return $"{unit.Name}: {how}, {done} of {UnitPhrases.Replicas(unit)} have the new content"
            + (reason.Length > 0 ? $"; {reason}" : "");
    }

    private static async Task<int> ShowAsync(UnitCall call, AdminReply<string> reply, string name)
    {
        if (reply is not AdminReply<string>.Done)
            return call.Fail(reply, name);
        (ListedUnit? unit, int exitCode) = await FindAsync(call, name);
        if (unit is null)
            return exitCode;
        call.Output.WriteLine(call.IsJson ? unit.Json : Describe(unit));
        return ExitCode.Done;
    }

    private static async Task<(ListedUnit? Unit, int ExitCode)> FindAsync(UnitCall call, string word)
    {
        string name = UnitArguments.NameOf(word);
        AdminReply<ListedUnit> reply = await call.AskAsync(call.Client.GetAsync(name, call.Cancellation));
        if (reply is not AdminReply<ListedUnit>.Done done)
            return (null, await UnknownUnit.FailAsync(call, reply, name));
        if (done.Value.Replicas > 0)
            return (done.Value, ExitCode.Done);
        return (null, call.Session.Fail(
            ExitCode.Failed, $"{name} has no replicas: only a template with Replicas= has a rollout"));
    }

    private static Argument<string> Template() =>
        new("TEMPLATE") { Description = "a template with Replicas=, as web@" };
}
