using System.CommandLine;
using CoreNode.Api.Client.Reboots;
using CoreNode.Api.Client.Units;
using CoreNode.Cli.Reboots;
using CoreNode.Reboots.Desk;

namespace CoreNode.Cli.Images;

/// <summary><c>factory-reset</c>.</summary>
internal static class ResetCommand
{
    public static CliCommand Build(CliSession session)
    {
        Option<string[]> keep = new("--keep")
        {
            Description = "what stays, repeatable or with commas: machine-id, hostname, ssh-keys, network, "
                + "update-keys, data, or a path such as /srv/photos",
            HelpName = "WHAT",
        };
        Option<bool> yes = new("--yes") { Description = "really; without it only say what would happen" };
        Option<bool> noReboot = new("--no-reboot") { Description = "do not restart the machine now" };
        Option<bool> acceptOutage = new("--accept-outage")
        {
            Description = "restart also if something breaks meanwhile",
        };
        Option<bool> cancel = new("--cancel") { Description = "take back what was ordered before the restart" };
        var command = new CliCommand("factory-reset", "make this machine what its image was")
        {
            Details = "Everything that the machine keeps (partition STATE: /etc, /var, /home, /opt, /srv, images, "
                + "keys, the node's data) is removed at its next start, before anything else runs; the system itself "
                + "stays as it is, and the machine is configured anew as at its first start. Remove a member from its "
                + "cluster before. Not a way to make data unreadable for who has the disk.",
            Examples =
            [
                ("corenode factory-reset", "what would happen"),
                ("corenode factory-reset --yes", "order it, and restart the machine in order"),
                ("corenode factory-reset --keep machine-id,ssh-keys --yes", "the machine stays known"),
                ("corenode factory-reset --cancel", "not yet restarted: leave all as it is"),
            ],
        };
        foreach (Option option in new Option[] { keep, yes, noReboot, acceptOutage, cancel })
            command.Options.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            if (session.Host.Images is not { } office)
                throw new InvalidOperationException("this process resets nothing");
            try
            {
                if (parsed.GetValue(cancel))
                    return TakeBack(session, office);
                List<string> kept = [];
                foreach (string words in parsed.GetValue(keep) ?? [])
                    kept.AddRange(words.Split(',', StringSplitOptions.RemoveEmptyEntries));
                bool asks = !parsed.GetValue(yes);
                IReadOnlyList<string> paths = office.OrderReset(kept, asks);
                string stays = paths.Count == 0 ? "nothing" : "/" + string.Join(", /", paths);
                session.Host.Output.WriteLine(
                    $"at the next start all that this machine keeps is removed; {stays} stays");
                if (asks)
                    return session.Fail(ExitCode.Failed, "nothing was ordered: --yes does it");
                return parsed.GetValue(noReboot)
                    ? ExitCode.Done
                    : await RebootAsync(session, parsed, parsed.GetValue(acceptOutage));
            }
            catch (FormatException wrong)
            {
                throw new UsageException(wrong.Message);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                return session.Fail(ExitCode.Failed, fault.Message);
            }
        });
        return command;
    }

    private static int TakeBack(CliSession session, IImageOffice office)
    {
        bool wasOrdered = office.TakeResetBack();
        session.Host.Output.WriteLine(wasOrdered ? "taken back: nothing is removed" : "nothing was ordered");
        return ExitCode.Done;
    }

    private static async Task<int> RebootAsync(CliSession session, ParseResult parsed, bool isOutageAccepted)
    {
        using RebootCall call = new(session, parsed);
        RebootWish wish = new(RebootWishKind.Now) { Reason = "factory reset", IsOutageAccepted = isOutageAccepted };
        AdminReply<ToldReboot> reply = await call.AskAsync(call.Client.OrderAsync(wish, call.Cancellation));
        if (reply is AdminReply<ToldReboot>.Done done)
            return await new RebootWait(call).RunAsync(done.Value);
        int code = call.Fail(reply, "the reset is ordered, and the machine does not restart by itself");
        return session.Fail(code, "restart it when it suits, or take it back with `corenode factory-reset --cancel`");
    }
}
