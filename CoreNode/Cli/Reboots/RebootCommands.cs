using System.CommandLine;
using CoreNode.Api.Client.Reboots;
using CoreNode.Api.Client.Units;
using CoreNode.Reboots.Desk;

namespace CoreNode.Cli.Reboots;

/// <summary>The <c>reboot</c> group.</summary>
internal static class RebootCommands
{
    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("reboot", "restart a machine without harm to the cluster")
        {
            Details = "Asks the node of one machine, this one unless --endpoints or --tunnel name another. A machine "
                + "restarts with the cluster's lock, after its leadership and its units have moved away, and gives the "
                + "lock back once it is healthy again. By itself it does so for an update and only in its windows.",
            Examples =
            [
                ("corenode reboot status", "how it stands, why it waits and how long"),
                ("corenode reboot now --reason kernel", "now, whatever the windows say"),
                ("corenode reboot strategy off", "never by itself, until another strategy is set"),
            ],
        };
        group.Subcommands.Add(Now(session));
        group.Subcommands.Add(Status(session));
        group.Subcommands.Add(Cancel(session));
        group.Subcommands.Add(Strategy(session));
        group.Subcommands.Add(RebootRuleCommands.Windows(session));
        group.Subcommands.Add(RebootRuleCommands.Group(session));
        group.Subcommands.Add(RebootRuleCommands.Fuzz(session));
        return group;
    }

    private static CliCommand Now(CliSession session)
    {
        Option<bool> acceptOutage = new("--accept-outage") { Description = "also if something breaks meanwhile" };
        Option<string> reason = new("--reason") { Description = "why, for others and for the log", HelpName = "TEXT" };
        Option<string> by = new("--by")
        {
            Description = "firmware; kexec: straight into a kernel; auto (default: as the node is told)",
            HelpName = "WAY",
        };
        Option<bool> noBlock = new("--no-block") { Description = "only begin it; do not show how it goes on" };
        var command = new CliCommand("now", "restart the machine now, in order")
        {
            Details = "Asks no window, but takes the lock and has the machine drained. It is refused, with what would "
                + "break, where the store would lose its quorum; --accept-outage does it all the same, as clusters of "
                + "one or two members need. Ctrl-C ends the showing, not the reboot.",
            Examples =
            [
                ("corenode reboot now --reason kernel", "shows each stage until the machine goes down"),
                ("corenode reboot now --by firmware", "this time through the firmware, whatever --reboot-by says"),
                ("corenode reboot now --accept-outage", "a cluster of one or two members, or one in trouble"),
            ],
        };
        command.Options.Add(acceptOutage);
        command.Options.Add(reason);
        command.Options.Add(by);
        command.Options.Add(noBlock);
        command.SetAction(async (parsed, _) =>
        {
            string way = parsed.GetValue(by) ?? "";
            if (way.Length > 0 && !RebootWish.Ways.Contains(way))
                throw new UsageException($"--by {way}: say {string.Join(", ", RebootWish.Ways)}");
            using RebootCall call = new(session, parsed);
            RebootWish wish = new(RebootWishKind.Now)
            {
                Reason = parsed.GetValue(reason) ?? "",
                By = way,
                IsOutageAccepted = parsed.GetValue(acceptOutage),
            };
            AdminReply<ToldReboot> reply = await call.AskAsync(call.Client.OrderAsync(wish, call.Cancellation));
            if (reply is not AdminReply<ToldReboot>.Done done)
                return call.Fail(reply, "reboot now");
            if (!parsed.GetValue(noBlock))
                return await new RebootWait(call).RunAsync(done.Value);
            await ShowAsync(call, done.Value, $"{done.Value.View.Stage}: {done.Value.View.Reason}");
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Status(CliSession session)
    {
        var command = new CliCommand("status", "show how it stands, why it waits and how long")
        {
            Examples =
            [
                ("corenode reboot status", "as it is now"),
                ("corenode reboot status -o json", "for programs"),
            ],
        };
        command.SetAction(async (parsed, _) =>
        {
            using RebootCall call = new(session, parsed);
            AdminReply<ToldReboot> reply = await call.AskAsync(call.Client.StatusAsync(call.Cancellation));
            if (reply is not AdminReply<ToldReboot>.Done done)
                return call.Fail(reply, "the status of the reboot");
            await ShowAsync(call, done.Value, string.Join('\n', RebootText.Lines(done.Value.View, call.Now)));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Cancel(CliSession session)
    {
        var command = new CliCommand("cancel", "do not restart the machine, and give back what was taken")
        {
            Details = "What wanted it is not heeded again before it wants something else; `reboot now` does it all "
                + "the same.",
            Examples =
            [
                ("corenode reboot cancel", "until the machine goes down"),
                ("corenode reboot cancel -o json", "the status after it"),
            ],
        };
        command.SetAction((parsed, _) => TellAsync(
            session, parsed, "reboot cancel", new RebootWish(RebootWishKind.Cancel), static _ => "it was cancelled"));
        return command;
    }

    private static CliCommand Strategy(CliSession session)
    {
        Argument<string> strategy = new("STRATEGY")
        {
            Description = "etcd-lock, reboot, off, best-effort; or default: what flags and files say",
        };
        var command = new CliCommand("strategy", "choose how it is decided that the machine restarts")
        {
            Details = "etcd-lock: with the cluster's lock, one after the other. best-effort: likewise, but without it "
                + "where the store does not answer. reboot: without asking others. off: never by itself.",
            Examples =
            [
                ("corenode reboot strategy off", "never by itself"),
                ("corenode reboot strategy default", "what --reboot-strategy or update.conf says"),
            ],
        };
        command.Arguments.Add(strategy);
        command.SetAction((parsed, _) =>
        {
            string word = parsed.GetValue(strategy)!;
            if (word != "default" && !RebootWish.Strategies.Contains(word))
            {
                throw new UsageException(
                    $"'{word}' is no strategy: say {string.Join(", ", RebootWish.Strategies)}, or default");
            }

            RebootWish wish = new(RebootWishKind.Strategy) { Strategy = word == "default" ? "" : word };
            return TellAsync(
                session, parsed, "reboot strategy", wish, static view => $"the strategy is {view.Strategy} now");
        });
        return command;
    }

    // Orders something that is done at once.
    internal static async Task<int> TellAsync(
        CliSession session, ParseResult parsed, string what, RebootWish wish, Func<RebootStatusView, string> text)
    {
        using RebootCall call = new(session, parsed);
        AdminReply<ToldReboot> reply = await call.AskAsync(call.Client.OrderAsync(wish, call.Cancellation));
        if (reply is not AdminReply<ToldReboot>.Done done)
            return call.Fail(reply, what);
        await ShowAsync(call, done.Value, text(done.Value.View));
        return ExitCode.Done;
    }

    private static Task ShowAsync(RebootCall call, ToldReboot told, string text) =>
        call.Output.WriteLineAsync(call.IsJson ? told.Json : text);
}
