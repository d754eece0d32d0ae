using CoreNode.Boot;
using CoreNode.Boot.Model;
using CoreNode.Cli.Boot;
using CoreNode.Cli.Slots;
using CoreNode.Disks;
using CoreNode.Hosting.Updates;
using CoreNode.Platform.Blocks;
using CoreNode.Platform.Codecs;

namespace CoreNode.Hosting.Boot;

/// <summary>The boot commands, over the boot stage's own parts.</summary>
internal sealed class BootOffice : IBootOffice
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
        StageArchive archive = new() { Usr = parts.Usr, Board = parts.Board, Keys = parts.Keys };
        using MemoryStream plain = new();
        string release = archive.Write(plain);
        ReadOnlySpan<byte> content = plain.GetBuffer().AsSpan(0, (int)plain.Length);
        if (parts.IsPacked)
        {
            byte[] room = new byte[ZstdEncoder.BoundOf(content.Length)];
            using ZstdEncoder encoder = new();
            content = room.AsSpan(0, encoder.Encode(PackingLevel, content, [], room).Length);
        }

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
}
