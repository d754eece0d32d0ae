using System.CommandLine;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.Updates;

/// <summary>Commands that order something.</summary>
internal static class UpdateOrderCommands
{
    public static CliCommand Now(CliSession session)
    {
        UpdateWishes wishes = new();
        var command = new CliCommand("now", "ask the server and install what it offers")
        {
            Details = "Waits for no time and no rest after failures. Shows each step and returns once the update is "
                + "installed and waits for the reboot, or with the reason why it is not: exit code 1 after a failure. "
                + "Of several addresses of the payload the next is tried when one fails; what failed is told for each. "
                + "Ctrl-C ends the waiting, not the update.",
            Examples =
            [
                ("corenode update now", "shows each step, with a bar"),
                ("corenode update now --no-block", "only begins it; see `update status`"),
                ("corenode update now --accept-bad", "also a version that went back here before"),
            ],
        };
        wishes.AddTo(command);
        command.SetAction((parsed, _) => OrderAsync(
            session, parsed, wishes.Of(parsed, UpdateOrderKind.Now), UpdateGoal.Update, wishes.NoBlock));
        return command;
    }

    public static CliCommand Check(CliSession session)
    {
        var command = new CliCommand("check", "ask the server what it offers, and take nothing")
        {
            Examples =
            [
                ("corenode update check", "exit code 1 only if the server cannot be asked"),
                ("corenode update check -o json", "the status after it"),
            ],
        };
        command.SetAction((parsed, _) => OrderAsync(
            session, parsed, new UpdateOrder(UpdateOrderKind.Check), UpdateGoal.Look, null));
        return command;
    }

    public static CliCommand Apply(CliSession session)
    {
        Argument<string> payload = new("PAYLOAD")
        {
            Description = "a file on the machine that is asked, or an http:// or https:// address",
        };
        UpdateWishes wishes = new();
        var command = new CliCommand("apply", "install a payload without asking a server")
        {
            TakesFiles = true,
            Details = "Its signature and its release are judged as those of a server's: only a key of this machine "
                + "makes it good. See `corenode payload create`.",
            Examples =
            [
                ("corenode update apply /root/1.4.1.payload", "a file, also without network"),
                ("corenode update apply https://updates.example.com/1.4.1.payload", "from an address"),
                ("corenode update apply /root/1.3.9.payload --allow-downgrade", "an older one, on the machine itself"),
            ],
        };
        command.Arguments.Add(payload);
        wishes.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            UpdateOrder order = wishes.Of(parsed, UpdateOrderKind.Apply);
            string url = parsed.GetValue(payload)!;
            if (!url.Contains("://", StringComparison.Ordinal))
            {
                using UpdateCall call = new(session, parsed);
                if (call.IsOnMachine)
                    url = Path.GetFullPath(url);
                if (call.IsOnMachine && !File.Exists(url))
                    return session.Fail(ExitCode.NotFound, $"{url}: there is no such file");
                if (!url.StartsWith('/'))
                    throw new UsageException($"'{url}' is a file on the machine that is asked: write its full path");
            }

            return await OrderAsync(session, parsed, order with { Url = url }, UpdateGoal.Update, wishes.NoBlock);
        });
        return command;
    }

    public static CliCommand Cancel(CliSession session)
    {
        var command = new CliCommand("cancel", "stop the update that is under way")
        {
            Details = "What was written is gone on with if the same payload is taken again. An update that waits for "
                + "its reboot is taken back by `update reset`.",
            Examples =
            [
                ("corenode update cancel", "stops checking, fetching, writing"),
                ("corenode update cancel -o json", "the status after it"),
            ],
        };
        command.SetAction((parsed, _) => TellAsync(
            session, parsed, new UpdateOrder(UpdateOrderKind.Cancel), static _ => "the update was stopped"));
        return command;
    }

    public static CliCommand Reset(CliSession session)
    {
        var command = new CliCommand("reset", "take back an update that waits for its reboot")
        {
            Details = "The next boot takes the version that runs. Where nothing waits there is nothing to do.",
            Examples =
            [
                ("corenode update reset", "stay with the version that runs"),
                ("corenode update reset -o json", "the status after it"),
            ],
        };
        command.SetAction((parsed, _) => OrderAsync(
            session, parsed, new UpdateOrder(UpdateOrderKind.Reset), UpdateGoal.Switch, null));
        return command;
    }

    public static CliCommand Rollback(CliSession session)
    {
        Option<bool> noBlock = UpdateWishes.MakeNoBlock();
        var command = new CliCommand("rollback", "make the version before the next to boot")
        {
            Details = "The other slot must hold a version that was good here. Before the reboot of an update this "
                + "takes the update back. `update pin` keeps the next check from bringing the newer version again.",
            Examples =
            [
                ("corenode update rollback", "then reboot"),
                ("corenode update rollback --no-block", "only begins it"),
            ],
        };
        command.Options.Add(noBlock);
        command.SetAction((parsed, _) => OrderAsync(
            session, parsed, new UpdateOrder(UpdateOrderKind.Rollback), UpdateGoal.Switch, noBlock));
        return command;
    }

    public static CliCommand Pin(CliSession session)
    {
        Argument<string> version = new("VERSION")
        {
            Description = "a version, or the beginning of versions: 1.4 takes 1.4.1 and 1.4.2, but not 1.5.0",
        };
        var command = new CliCommand("pin", "take only one version, or those that begin alike")
        {
            Examples =
            [
                ("corenode update pin 1.4", "only 1.4 and 1.4.…"),
                ("corenode update pin 1.4.0", "only that one"),
            ],
        };
        command.Arguments.Add(version);
        command.SetAction((parsed, _) => TellAsync(
            session,
            parsed,
            new UpdateOrder(UpdateOrderKind.Pin) { Version = parsed.GetValue(version)! },
            static view => $"only {view.Pinned} is taken from now on"));
        return command;
    }

    public static CliCommand Unpin(CliSession session)
    {
        var command = new CliCommand("unpin", "take any version again")
        {
            Examples =
            [
                ("corenode update unpin", "undoes `update pin`"),
                ("corenode update unpin -o json", "the status after it"),
            ],
        };
        command.SetAction((parsed, _) => TellAsync(
            session, parsed, new UpdateOrder(UpdateOrderKind.Unpin), static _ => "any version is taken again"));
        return command;
    }

    // Orders something that is done at once.
    private static async Task<int> TellAsync(
        CliSession session, ParseResult parsed, UpdateOrder order, Func<UpdateStatusView, string> text)
    {
        using UpdateCall call = new(session, parsed);
        AdminReply<ToldStatus> reply = await call.AskAsync(call.Client.OrderAsync(order, call.Cancellation));
        if (reply is not AdminReply<ToldStatus>.Done done)
            return call.Fail(reply, $"update {parsed.CommandResult.Command.Name}");
        await call.Output.WriteLineAsync(call.IsJson ? done.Value.Json : text(done.Value.View));
        return ExitCode.Done;
    }

    // Orders something that takes time, and waits for its end.
    private static async Task<int> OrderAsync(
        CliSession session, ParseResult parsed, UpdateOrder order, UpdateGoal goal, Option<bool>? noBlock)
    {
        using UpdateCall call = new(session, parsed);
        string what = $"update {parsed.CommandResult.Command.Name}";
        UpdateHistoryItem? before = null;
        if (goal != UpdateGoal.Switch)
        {
            AdminReply<ToldHistory> history = await call.AskAsync(call.Client.HistoryAsync(call.Cancellation));
            if (history is not AdminReply<ToldHistory>.Done known)
                return call.Fail(history, what);
            before = known.Value.View.Entries is [.., var last] ? last : null;
        }

        AdminReply<ToldStatus> reply = await call.AskAsync(call.Client.OrderAsync(order, call.Cancellation));
        if (reply is not AdminReply<ToldStatus>.Done done)
            return call.Fail(reply, what);
        if (noBlock is null || !parsed.GetValue(noBlock))
        {
            using UpdateWait wait = new(call, goal) { Before = before };
            return await wait.RunAsync(done.Value);
        }

        await call.Output.WriteLineAsync(call.IsJson
            ? done.Value.Json
            : $"{done.Value.View.Stage}: {done.Value.View.Reason}");
        return ExitCode.Done;
    }
}
