using System.CommandLine;
using System.Globalization;

namespace CoreNode.Cli.Slots;

/// <summary><c>slot show|next|prioritize|mark-good|repair|grow</c>.</summary>
internal static class SlotCommands
{
    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("slot", "see and change which slot of a disk is started")
        {
            Details = "Slots are partitions of a GPT that hold a whole system each. Priority says which is started "
                + "first, tries how often it may be started before it has proved to be good, successful that it has. "
                + "The bits mean what cgpt means by them. Every change mends the table first if it is damaged, and is "
                + "read back from the disk itself.",
            Examples =
            [
                ("corenode slot show", "the slots of this machine"),
                ("corenode slot show disk.img", "those of an image file"),
                ("corenode slot prioritize /dev/vda4", "start from that partition next time"),
                ("corenode slot mark-good", "keep the slot that runs now"),
            ],
        };
        group.Subcommands.Add(Show(session));
        group.Subcommands.Add(Next(session));
        group.Subcommands.Add(Prioritize(session));
        group.Subcommands.Add(MarkGood(session));
        group.Subcommands.Add(Repair(session));
        group.Subcommands.Add(Grow(session));
        return group;
    }

    private static CliCommand Show(CliSession session)
    {
        var command = new CliCommand("show", "show the slots, what they hold and which comes next")
        {
            Details = "Writes nothing. What is wrong with the table goes to standard error.",
            Examples =
            [
                ("corenode slot show", "of the disk that this machine runs from"),
                ("corenode slot show /dev/vda -o json", "for programs"),
                ("corenode slot show disk.img --label 'USR-*'", "of an image file, with these labels"),
            ],
        };
        SlotOptions options = new();
        options.AddTo(command, isOfOneSlot: false);
        command.SetAction(parsed => SlotOptions.Run(
            session, office => office.Show(options.Request(parsed, isOfOneSlot: false)),
            report =>
            {
                foreach (string problem in report.Problems)
                    session.Host.Error.WriteLine($"{problem}; `corenode slot repair {report.Disk}` mends it");
                Print(session, parsed, report, SlotText.Show);
            }));
        return command;
    }

    private static CliCommand Next(CliSession session)
    {
        Option<bool> dryRun = new("--dry-run") { Description = "only say which it would be" };
        var command = new CliCommand("next", "choose the slot to be started now, and take one try off it")
        {
            Details = "For whatever starts the machine. It takes the slot of highest priority that has tries left or "
                + "has proved to be good, the first among equals; if there is none, the first slot of all.",
            Examples =
            [
                ("corenode slot next disk.img", "choose, and count the try"),
                ("corenode slot next --dry-run", "what this machine would start"),
            ],
        };
        SlotOptions options = new();
        options.AddTo(command, isOfOneSlot: false);
        command.Options.Add(dryRun);
        command.SetAction(parsed => SlotOptions.Run(
            session,
            office => office.Next(options.Request(parsed, isOfOneSlot: false), parsed.GetValue(dryRun)),
            report =>
            {
                if (report.IsLastResort)
                {
                    session.Host.Error.WriteLine(
                        "no slot has tries left or has proved to be good: this is merely the first one");
                }

                Print(session, parsed, report, SlotText.Next);
            }));
        return command;
    }

    private static CliCommand Prioritize(CliSession session)
    {
        Option<int?> priority = Priority();
        Option<bool> equals = new("--with-equals", "-f")
        {
            Description = "take the slots of the same priority along",
        };
        var command = new CliCommand("prioritize", "put a slot above all others")
        {
            Details = "The others keep their order below it, priorities are numbered anew, and those that are 0 stay "
                + "0. Without a slot they are only numbered anew.",
            Examples =
            [
                ("corenode slot prioritize /dev/vda4", "start from that partition next time"),
                ("corenode slot prioritize disk.img --slot USR-B", "in an image file, by label"),
                ("corenode slot prioritize disk.img --slot 4 --priority 7", "with priority 7, the next one with 6"),
            ],
        };
        SlotOptions options = new();
        options.AddTo(command, isOfOneSlot: true);
        command.Options.Add(priority);
        command.Options.Add(equals);
        command.SetAction(parsed => SlotOptions.Run(
            session,
            office => office.Prioritize(
                options.Request(parsed, isOfOneSlot: true), parsed.GetValue(priority), parsed.GetValue(equals)),
            report => Print(session, parsed, report, SlotText.Show)));
        return command;
    }

    private static CliCommand MarkGood(CliSession session)
    {
        var command = new CliCommand("mark-good", "say that a slot works: it stays the one that is started")
        {
            Details = "It becomes successful, needs no tries any more and comes before all others. Without a slot it "
                + "is the one that runs.",
            Examples =
            [
                ("corenode slot mark-good", "the slot that this machine runs from"),
                ("corenode slot mark-good disk.img --slot USR-A", "in an image file"),
            ],
        };
        SlotOptions options = new();
        options.AddTo(command, isOfOneSlot: true);
        command.SetAction(parsed => SlotOptions.Run(
            session, office => office.MarkGood(options.Request(parsed, isOfOneSlot: true)),
            report => Print(session, parsed, report, SlotText.Show)));
        return command;
    }

    private static CliCommand Repair(CliSession session)
    {
        var command = new CliCommand("repair", "mend a damaged copy of the partition table from the other one")
        {
            Details = "The primary copy counts as long as it is whole. On a disk that has grown the backup goes to the "
                + "new end. Partitions never move, and sector 0 is never written.",
            Examples =
            [
                ("corenode slot repair /dev/vda", "a disk"),
                ("corenode slot repair disk.img --sector-size 4096", "an image file of a disk with large sectors"),
            ],
        };
        SlotOptions options = new();
        options.AddTo(command, isOfOneSlot: false);
        command.SetAction(parsed => SlotOptions.Run(
            session, office => office.Repair(options.Request(parsed, isOfOneSlot: false)),
            report => Print(session, parsed, report, SlotText.Repair)));
        return command;
    }

    private static CliCommand Grow(CliSession session)
    {
        var command = new CliCommand("grow", "let STATE have all of a disk that has grown")
        {
            Details = "A machine does this at each start. The backup table goes to the disk's end, the partition STATE "
                + "up to there, and its ext4 likewise where it is mounted. A disk whose id is that of an image gets "
                + "one of its own. Nothing moves and nothing shrinks.",
            Examples =
            [
                ("corenode slot grow", "this machine's disk, after a virtual one was enlarged"),
                ("corenode slot grow disk.img", "the table in an image file; its file system grows at the start"),
            ],
        };
        SlotOptions options = new();
        options.AddTo(command, isOfOneSlot: false);
        command.SetAction(parsed => SlotOptions.Run(
            session, office => office.Grow(options.Request(parsed, isOfOneSlot: false)),
            report => Print(session, parsed, report, SlotText.Grow)));
        return command;
    }

    private static Option<int?> Priority() => new("--priority", "-P")
    {
        Description = "what the first ones get, 1 to 15 (default: the number of different priorities)",
        HelpName = "N",
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int priority)
                && priority is > 0 and <= 15)
            {
                return priority;
            }

            result.AddError($"--priority takes a number from 1 to 15, not '{text}'");
            return null;
        },
    };

    private static void Print(
        CliSession session, ParseResult parsed, SlotReport report, Action<CliSession, SlotReport> text)
    {
        if (session.IsJson(parsed))
            session.Host.Output.WriteLine(SlotText.ToJson(report));
        else
            text(session, report);
    }
}
