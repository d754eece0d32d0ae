using System.CommandLine;
using System.Text;

namespace CoreNode.Cli.Boot;

/// <summary><c>boot stage show|update|accept</c>.</summary>
internal static class StageCommands
{
    private static readonly string[] s_columns = ["COPY", "STARTED", "VERSION", "KERNEL", "STATE"];

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("stage", "the two copies of the boot stage that the loader starts")
        {
            Details = "The loader's partition holds the boot stage twice, a kernel and an archive each. Updates of "
                + "slots leave both alone. `update` makes a new one from the running system, in the copy that did not "
                + "start this machine, and asks the loader to try it once.",
            Examples =
            [
                ("corenode boot stage show", "versions, whether they are whole, which one started this machine"),
                ("corenode boot stage update", "make one from this system; then restart"),
            ],
        };
        group.Subcommands.Add(Show(session));
        group.Subcommands.Add(Update(session));
        group.Subcommands.Add(Accept(session));
        return group;
    }

    private static CliCommand Show(CliSession session)
    {
        Option<string> boot = Boot();
        var command = new CliCommand("show", "show the copies, first the one that the loader takes first")
        {
            Details = "Every file is read and compared with what its copy says of itself.",
            Examples =
            [
                ("corenode boot stage show", "on a machine of the image"),
                ("corenode boot stage show --boot /mnt -o json", "of another disk, for programs"),
            ],
        };
        command.Options.Add(boot);
        command.SetAction(parsed => BootCommands.Run(session, office =>
        {
            StageReport report = office.ShowStage(parsed.GetValue(boot)!);
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(ToJson(report));
            else
                Write(session, report);
            return ExitCode.Done;
        }));
        return command;
    }

    private static CliCommand Update(CliSession session)
    {
        Option<string> boot = Boot();
        Option<string> usr = new("--usr")
        {
            Description = "the /usr that it is made from (default: /usr)",
            HelpName = "DIR",
            DefaultValueFactory = _ => "/usr",
        };
        Option<string?> board = new("--board") { Description = "default: that of /usr", HelpName = "BOARD" };
        Option<string?> keys = new("--keys")
        {
            Description = "folder of public keys (*.pem) to trust (default: those of /usr)",
            HelpName = "DIR",
        };
        var command = new CliCommand("update", "make a boot stage from the running system and ask for its trial")
        {
            Details = "The copy that did not start this machine is written, synced, and read back from the disk. At "
                + "the next start the loader tries it, once: if the machine does not come up, the start after that "
                + "takes the other copy. Once it came up it comes first, and the other copy is made from it "
                + "(`accept`, which the image does by itself). Again after that: it says that both are the same.",
            Examples =
            [
                ("corenode boot stage update", "then restart the machine"),
                ("corenode boot stage update --keys keys", "one that trusts other keys from now on"),
            ],
        };
        foreach (Option option in new Option[] { boot, usr, board, keys })
            command.Options.Add(option);
        command.SetAction(parsed => BootCommands.Run(session, office => Tell(session, office.UpdateStage(new StageOrder(
            parsed.GetValue(boot)!, parsed.GetValue(usr)!, parsed.GetValue(board), parsed.GetValue(keys))))));
        return command;
    }

    private static CliCommand Accept(CliSession session)
    {
        Option<string> boot = Boot();
        var command = new CliCommand("accept", "keep the boot stage that was tried and has started this machine")
        {
            Details = "It comes first from then on, and the other copy is made from it. Nothing happens where no trial "
                + "has come up. The image does this once the machine is up after a trial.",
            Examples =
            [
                ("corenode boot stage accept", "after a trial"),
                ("corenode boot stage accept --boot /mnt", "with the loader's partition at another place"),
            ],
        };
        command.Options.Add(boot);
        command.SetAction(parsed => BootCommands.Run(session, office =>
            Tell(session, office.AcceptStage(parsed.GetValue(boot)!))));
        return command;
    }

    private static Option<string> Boot() => new("--boot")
    {
        Description = "where the loader's partition (EFI-SYSTEM) is mounted (default: /boot)",
        HelpName = "DIR",
        DefaultValueFactory = _ => "/boot",
    };

    private static int Tell(CliSession session, IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
            session.Host.Output.WriteLine(line);
        return ExitCode.Done;
    }

    private static void Write(CliSession session, StageReport report)
    {
        List<string[]> rows = [];
        foreach (StageRow one in report.Copies)
        {
            rows.Add(
            [
                one.Name.ToString(), one.IsStarted ? "yes" : "no", one.Version ?? "-", one.Kernel ?? "-",
                one.Fault ?? "whole",
            ]);
        }

        TextTable.Write(session, s_columns, rows);
        if (report.Note is { } note)
            session.Host.Output.WriteLine(note);
    }

    private static string ToJson(StageReport report)
    {
        StringBuilder text = new("{\"copies\":[");
        foreach (StageRow one in report.Copies)
        {
            text.Append(text[^1] == '[' ? "" : ",").Append("{\"name\":\"").Append(one.Name).Append("\",\"started\":")
                .Append(one.IsStarted ? "true" : "false").Append(",\"whole\":")
                .Append(one.Fault is null ? "true" : "false");
            Add(text, "version", one.Version);
            Add(text, "kernel", one.Kernel);
            Add(text, "fault", one.Fault);
            text.Append('}');
        }

        text.Append(']');
        Add(text, "trial", report.Trial);
        Add(text, "note", report.Note);
        return text.Append('}').ToString();
    }

    private static void Add(StringBuilder text, string name, string? value)
    {
        if (value is not null)
            EtcdJson.AppendString(text.Append(",\"").Append(name).Append("\":"), value);
    }
}
