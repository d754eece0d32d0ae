using System.CommandLine;
using CoreNode.Api.Client.UpdateServer;

namespace CoreNode.Cli.UpdateServer;

/// <summary><c>update-server machine set</c>: what counts for one machine against its group.</summary>
internal static class MachineSetCommand
{
    public static CliCommand Build(ServerCommand make)
    {
        Argument<string> name = ServerMachineCommands.Name();
        Option<bool> exempt = new("--exempt") { Description = "it gets no updates" };
        Option<bool> force = new("--force")
        {
            Description = "it gets what there is at its next question: waves, limits and windows do not count",
        };
        Option<bool> despite = new("--despite-stop")
        {
            Description = "with --force or --pin: also where the group is paused, switched off or stopped by errors",
        };
        Option<string?> pin = new("--pin")
        {
            Description = "it runs this version, older or newer than its group's, and stays there",
            HelpName = "VERSION",
        };
        Option<string?> group = new("--group")
        {
            Description = "it belongs to this group, whatever it says",
            HelpName = "GROUP",
        };
        Option<string?> note = new("--note") { Description = "why, for people", HelpName = "TEXT" };
        Option<bool> clear = new("--clear") { Description = "nothing counts for it but its group" };
        return make.Make(
            new CliCommand("set", "say what counts for one machine against its group")
            {
                Details = "What is said replaces what was said before.",
                Examples =
                [
                    ("corenode update-server machine set 4f5b1b6b --force", "the update now"),
                    ("corenode update-server machine set web-17 --exempt --note 'customer demo'", "leave it alone"),
                    ("corenode update-server machine set web-17 --pin 1.3.9", "that version, whatever comes"),
                    ("corenode update-server machine set web-17 --clear", "as all others"),
                ],
            },
            [name, exempt, force, despite, pin, group, note, clear, make.Options.App],
            async call =>
            {
                ParseResult parsed = call.Parsed;
                bool isCleared = parsed.GetValue(clear);
                bool isSaid = parsed.GetValue(exempt) || parsed.GetValue(force)
                    || parsed.GetValue(pin) is not null || parsed.GetValue(group) is not null;
                if (isCleared == isSaid)
                    throw new UsageException("say --exempt, --force, --pin or --group, or --clear to take it back");
                string path = await ServerMachineCommands.PathAsync(call, name) + "/override";
                ToldPage page = isCleared
                    ? await call.OrderAsync(HttpMethod.Delete, path)
                    : await call.OrderAsync(HttpMethod.Put, path, json =>
                    {
                        json.WriteBoolean("exempt", parsed.GetValue(exempt));
                        json.WriteBoolean("forced", parsed.GetValue(force));
                        json.WriteBoolean("despiteStop", parsed.GetValue(despite));
                        json.WriteIf("pinnedVersion", parsed.GetValue(pin));
                        json.WriteIf("group", parsed.GetValue(group));
                        json.WriteIf("note", parsed.GetValue(note));
                    });
                return call.Show(
                    page, $"{page.Root.Text("machine")}: {ServerMachineCommands.Where(page.Root, call.Now)}");
            });
    }
}
