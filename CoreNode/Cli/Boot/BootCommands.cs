using System.CommandLine;
using System.Globalization;
using System.Text;
using CoreNode.Cli.Payloads;
using CoreNode.Cli.Slots;

namespace CoreNode.Cli.Boot;

/// <summary><c>boot choose|initrd|kernel-version|stage</c>.</summary>
internal static class BootCommands
{
    private static readonly string[] s_columns = ["NUMBER", "LABEL", "VERSION", "STARTED", "WHY"];

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("boot", "what happens before a slot's system runs: the boot stage")
        {
            Details = "The boot stage is this program as the first one of the machine, in an archive that the kernel "
                + "starts with. It picks the slot, spends its try, checks its signature and its blocks, and starts its "
                + "system. These commands do the same on image files, and make that archive.",
            Examples =
            [
                ("corenode boot choose --disk disk.img --dry-run", "which slot it would start, and why not others"),
                ("corenode boot initrd --usr tree/usr --board cloud --keys keys --out initrd", "the archive"),
                ("corenode boot stage show", "what the loader of this machine starts"),
            ],
        };
        group.Subcommands.Add(Choose(session));
        group.Subcommands.Add(Initrd(session));
        group.Subcommands.Add(KernelVersion(session));
        group.Subcommands.Add(StageCommands.Build(session));
        return group;
    }

    private static CliCommand Choose(CliSession session)
    {
        Option<string> disk = new("--disk")
        {
            Description = "a disk or an image file",
            HelpName = "DISK",
            Required = true,
        };
        Option<bool> asks = new("--dry-run") { Description = "change nothing: repair no table, spend no try" };
        Option<string> keys = new("--keys")
        {
            Description = $"whom to trust: a folder of keys, or one (default: {PayloadCommands.TrustFolder})",
            HelpName = "DIR",
            DefaultValueFactory = _ => PayloadCommands.TrustFolder,
        };
        Option<string?> board = Board("the machine's board; default: any");
        Option<bool> unsigned = new("--unsigned") { Description = "also what nobody who is trusted signed" };
        var command = new CliCommand("choose", "pick the slot that the boot stage would start, and spend its try")
        {
            Details = "Slots come by priority, as `corenode slot next` takes them. One whose metadata is missing, not "
                + "signed by who is trusted or for another board is passed over; its try is spent all the same. When "
                + "none is left the boot stage tries those that have no tries, and then asks people at its console: "
                + "that is exit code 1 here.",
            Examples =
            [
                ("corenode boot choose --disk disk.img --dry-run", "only look"),
                ("corenode boot choose --disk disk.img --keys keys --board cloud -o json", "for programs"),
            ],
        };
        foreach (Option option in new Option[] { disk, asks, keys, board, unsigned })
            command.Options.Add(option);
        command.SetAction(parsed => Run(session, office =>
        {
            BootPlan plan = office.Choose(new BootQuestion(
                parsed.GetValue(disk)!, parsed.GetValue(keys)!, parsed.GetValue(board), parsed.GetValue(unsigned),
                parsed.GetValue(asks)));
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(ToJson(plan));
            else
                Show(session, plan);
            return plan.Chosen is null
                ? session.Fail(ExitCode.Failed, $"no slot of {plan.Disk} is started: the machine would stop at the "
                    + "rescue console")
                : ExitCode.Done;
        }));
        return command;
    }

    private static CliCommand Initrd(CliSession session)
    {
        Option<string> usr = new("--usr")
        {
            Description = "a slot's /usr: kernel, modules, libraries and corenode are taken from it",
            HelpName = "DIR",
            Required = true,
        };
        Option<string?> board = Board("which modules it holds, and for which machines it starts slots");
        board.Required = true;
        Option<string?> keys = new("--keys")
        {
            Description = "folder of public keys (*.pem) and rotation records to trust (default: the slot's own, "
                + "share/etc/corenode/update-keys)",
            HelpName = "DIR",
        };
        Option<string> file = new("--out")
        {
            Description = "the file to write",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> packed = new("--compress") { Description = "pack it with zstd, which the kernel unpacks" };
        var command = new CliCommand("initrd", "make the archive that a kernel starts with")
        {
            Details = "A cpio archive with this program as /init. The same /usr, board and keys make the same bytes. "
                + "Without keys it starts nothing but with corenode.unsigned on the kernel's command line.",
            Examples =
            [
                ("corenode boot initrd --usr tree/usr --board cloud --keys keys --out initrd", "plain"),
                ("corenode boot initrd --usr /usr --board metal --keys keys --out initrd --compress", "packed"),
            ],
        };
        foreach (Option option in new Option[] { usr, board, keys, file, packed })
            command.Options.Add(option);
        command.SetAction(parsed => Run(session, office =>
        {
            string output = parsed.GetValue(file)!;
            (long length, string release) = office.Compose(new BootParts(
                parsed.GetValue(usr)!, parsed.GetValue(board)!, parsed.GetValue(keys), output,
                parsed.GetValue(packed)));
            session.Host.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{output}: {length} bytes, for the kernel {release}"));
            return ExitCode.Done;
        }));
        return command;
    }

    private static CliCommand KernelVersion(CliSession session)
    {
        Argument<string> file = new("FILE") { Description = "a kernel (bzImage)" };
        var command = new CliCommand("kernel-version", "show the version that a kernel's file says")
        {
            Details = "Its first word is the folder of its modules; all of it tells two builds of a release apart.",
            Examples =
            [
                ("corenode boot kernel-version /boot/vmlinuz", "a kernel of this machine"),
                ("corenode boot kernel-version tree/usr/lib/corenode/boot/vmlinuz", "that of a slot"),
            ],
        };
        command.Arguments.Add(file);
        command.SetAction(parsed => Run(session, office =>
        {
            session.Host.Output.WriteLine(office.KernelVersion(parsed.GetValue(file)!));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Option<string?> Board(string description) => new("--board")
    {
        Description = description,
        HelpName = "BOARD",
    };

    public static int Run(CliSession session, Func<IBootOffice, int> work)
    {
        if (session.Host.Boot is not { } office)
            throw new InvalidOperationException("this process has no boot stage");
        try
        {
            return work(office);
        }
        catch (SlotNotFoundException missing)
        {
            return session.Fail(ExitCode.NotFound, missing.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }

    private static void Show(CliSession session, BootPlan plan)
    {
        List<string[]> rows = [];
        foreach (BootTrial one in plan.Slots)
        {
            rows.Add(
            [
                one.Number.ToString(CultureInfo.InvariantCulture), one.Label, one.Version ?? "-",
                one.Verdict is null ? "yes" : "no", one.Verdict ?? plan.Reason ?? "",
            ]);
        }

        TextTable.Write(session, s_columns, rows);
    }

    private static string ToJson(BootPlan plan)
    {
        StringBuilder text = new("{\"disk\":");
        EtcdJson.AppendString(text, plan.Disk);
        if (plan.Chosen is { } chosen)
            text.Append(CultureInfo.InvariantCulture, $",\"chosen\":{chosen}");
        text.Append(",\"slots\":[");
        for (int at = 0; at < plan.Slots.Count; at++)
        {
            BootTrial one = plan.Slots[at];
            text.Append(at == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{{\"number\":{one.Number}");
            EtcdJson.AppendString(text.Append(",\"label\":"), one.Label);
            if (one.Version is { } version)
                EtcdJson.AppendString(text.Append(",\"version\":"), version);
            text.Append(one.Verdict is null ? ",\"started\":true" : ",\"started\":false");
            EtcdJson.AppendString(text.Append(",\"why\":"), one.Verdict ?? plan.Reason ?? "");
            text.Append('}');
        }

        return text.Append("]}").ToString();
    }
}
