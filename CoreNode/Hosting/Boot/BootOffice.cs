using CoreNode.Boot;
using CoreNode.Boot.Model;
using CoreNode.Cli.Boot;
using CoreNode.Cli.Slots;
using CoreNode.Disks;
using CoreNode.Hosting.Updates;
using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Platform.Codecs;

namespace CoreNode.Hosting.Boot;

/// <summary>The boot commands, over the boot stage's own parts.</summary>
/// <param name="lineFile">Where the kernel says its command line.</param>
internal sealed class BootOffice(string lineFile = "/proc/cmdline") : IBootOffice
{
    // As small as it gets within a second or two; unpacking is as fast at each.
    private const int PackingLevel = 15;

    public BootPlan Choose(BootQuestion question)
    {
        try
        {
            using RealBlockDevice device = RealBlockDevice.Open(
                question.Disk, question.Asks ? BlockAccess.Read : BlockAccess.Write);
            BootChoice choice = BootChoice.Of(
                new SlotDisk(device), new SlotTrust(question.Keys).Judge, question.Board, question.IsUnsigned,
                question.Asks);
            List<BootTrial> trials = [];
            foreach (SlotFailure one in choice.Failures)
                trials.Add(new BootTrial(one.Number, one.Label, one.Version, one.Reason));
            if (choice.Chosen is { } chosen)
                trials.Add(new BootTrial(chosen.Number, chosen.Label, choice.Version, null));
            return new BootPlan(question.Disk, trials, choice.Chosen?.Number, choice.Reason);
        }
        catch (FileNotFoundException missing)
        {
            throw new SlotNotFoundException(missing.Message);
        }
    }

    public (long LengthBytes, string Release) Compose(BootParts parts)
    {
        (ReadOnlyMemory<byte> made, string release) = Compose(parts.Usr, parts.Board, parts.Keys, parts.IsPacked);
        ReadOnlySpan<byte> content = made.Span;
        // Whole or not at all: whoever boots from half of one stands before a panic.
        string part = parts.Output + ".part";
        using (FileStream file = new(part, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(part, parts.Output, overwrite: true);
        return (content.Length, release);
    }

    public string KernelVersion(string file) => StageArchive.ReadVersion(file);

    public StageReport ShowStage(string boot)
    {
        StageCopies copies = Copies(boot);
        BootCommandLine line = Line();
        LoaderState state = copies.ReadState();
        List<StageRow> rows = [];
        foreach (char name in state.Order)
        {
            StageCopy copy = copies.Look(name);
            rows.Add(new StageRow(name, line.Copy == name, copy.About?.Version, copy.About?.Kernel, copy.Fault));
        }

        StageTrial trial = StageRule.Judge(state, line.Copy, line.Trial);
        string? word = trial switch
        {
            StageTrial.Waiting => "waiting",
            StageTrial.CameUp => "came-up",
            StageTrial.NotLoaded => "not-loaded",
            StageTrial.Failed => "failed",
            _ => null,
        };
        return new StageReport(rows, word, StageRule.Tell(trial, state));
    }

    public IReadOnlyList<string> UpdateStage(StageOrder order)
    {
        StageCopies copies = Copies(order.Boot);
        BootCommandLine line = Line();
        if (line.AllowsUnsigned && order.Keys is null)
        {
            throw new IOException("this system was started with corenode.unsigned, nobody knows who made it: name "
                + "whom the boot stage is to trust with --keys");
        }

        (string version, string? board) = Release(order.Usr);
        board = order.Board ?? board
            ?? throw new IOException($"{order.Usr} does not say for which board it is: name it with --board");
        (ReadOnlyMemory<byte> archive, _) = Compose(order.Usr, board, order.Keys, isPacked: true);
        byte[] kernel = File.ReadAllBytes(Path.Combine(order.Usr, "lib/corenode/boot/vmlinuz"));
        return new StageUpdate(copies, line).Update(StageContent.Of(version, board, kernel, archive));
    }

    public IReadOnlyList<string> AcceptStage(string boot) => new StageUpdate(Copies(boot), Line()).Accept();

    private BootCommandLine Line() => BootCommandLine.Parse(File.ReadAllText(lineFile));

    private static StageCopies Copies(string boot)
    {
        string folder = Path.Combine(Path.GetFullPath(boot), StageCopies.Folder);
        if (!Directory.Exists(folder))
        {
            throw new SlotNotFoundException($"there is no boot stage in {folder}: mount the partition EFI-SYSTEM, and "
                + "name the place with --boot");
        }

        return new StageCopies(new RealFiles(), folder, PageCache.Forget);
    }

    // VERSION_ID and BOARD of the system's os-release.
    private static (string Version, string? Board) Release(string usr)
    {
        string version = "unknown";
        string? board = null;
        foreach (string line in File.ReadAllLines(Path.Combine(usr, "lib/os-release")))
        {
            if (line.StartsWith("VERSION_ID=", StringComparison.Ordinal))
                version = line["VERSION_ID=".Length..].Trim('"');
            if (line.StartsWith("BOARD=", StringComparison.Ordinal))
                board = line["BOARD=".Length..].Trim('"');
        }

        return (version, board);
    }

    private static (ReadOnlyMemory<byte> Content, string Release) Compose(
        string usr, string board, string? keys, bool isPacked)
    {
        using MemoryStream plain = new();
        string release = new StageArchive { Usr = usr, Board = board, Keys = keys }.Write(plain);
        ReadOnlyMemory<byte> content = plain.GetBuffer().AsMemory(0, (int)plain.Length);
        if (!isPacked)
            return (content, release);
        byte[] room = new byte[ZstdEncoder.BoundOf(content.Length)];
        using ZstdEncoder encoder = new();
        return (room.AsMemory(0, encoder.Encode(PackingLevel, content.Span, [], room).Length), release);
    }
}
