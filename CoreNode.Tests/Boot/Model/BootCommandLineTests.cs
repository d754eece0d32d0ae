using CoreNode.Boot.Model;
using CoreNode.Disks.Gpt;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class BootCommandLineTests
{
    private static readonly Guid s_id = new("7130c94a-0004-4e5a-0102-030405060708");

    [Test]
    public void Words_of_the_boot_stage_are_found_among_others()
    {
        BootCommandLine line = BootCommandLine.Parse(
            "ro corenode.disk=/dev/vdb quiet corenode.unsigned=1 corenode.way=kexec corenode.partition=" + s_id + "\n");
        Assert.That(line.Disk, Is.EqualTo("/dev/vdb"));
        Assert.That(line.AllowsUnsigned, Is.True);
        Assert.That(line.Way, Is.EqualTo(BootWay.Kexec));
        Assert.That(line.Partition, Is.EqualTo(s_id));
        Assert.That(line.IsSecondStage, Is.False);
        Assert.That(line.Unknown, Is.Empty);
    }

    [Test]
    public void The_last_one_counts_and_quotes_belong_to_no_value()
    {
        BootCommandLine line = BootCommandLine.Parse("corenode.disk=/dev/a \"corenode.disk=/dev/b\" corenode.rescue");
        Assert.That(line.Disk, Is.EqualTo("/dev/b"));
        Assert.That(line.IsRescue, Is.True);
    }

    [Test]
    public void What_means_nothing_is_told()
    {
        BootCommandLine line = BootCommandLine.Parse("corenode.dsk=/dev/a corenode.way=fast corenode.partition=x");
        Assert.That(line.Unknown, Is.EqualTo(
            new[] { "corenode.dsk=/dev/a", "corenode.way=fast", "corenode.partition=x" }));
    }

    [Test]
    public void A_slots_own_kernel_is_told_the_slot_and_everything_else()
    {
        BootCommandLine line = BootCommandLine.Parse(
            "BOOT_IMAGE=/corenode/boot/a/vmlinuz console=ttyS0 dyndbg=\"file a.c +p\" corenode.slot=A -- single");
        string text = line.ForSecondStage(Slot(4, "USR-B"));
        Assert.That(text, Is.EqualTo(
            $"console=ttyS0 dyndbg=\"file a.c +p\" corenode.slot=PARTUUID={s_id} corenode.stage=2 -- single"));
        BootCommandLine second = BootCommandLine.Parse(text);
        Assert.That(second.IsSecondStage, Is.True);
        Assert.That(second.Names([Slot(4, "USR-B")], Slot(4, "USR-B")), Is.True);
        Assert.That(second.ForSecondStage(Slot(4, "USR-B")), Is.EqualTo(text));
        BootCommandLine tried = BootCommandLine.Parse(text + " corenode.trial=b");
        Assert.That(tried.ForRestart('a'), Is.EqualTo(
            "console=ttyS0 dyndbg=\"file a.c +p\" corenode.copy=a -- single corenode.trial=b"));
        BootCommandLine copied = BootCommandLine.Parse("corenode.copy=b quiet corenode.trial=b");
        Assert.That(copied.ForRestart('a'), Is.EqualTo("quiet corenode.copy=a"));
    }

    [TestCase("A", 3)]
    [TestCase("b", 4)]
    [TestCase("USR-B", 4)]
    [TestCase("PARTUUID=7130C94A-0004-4E5A-0102-030405060708", 4)]
    [TestCase("C", 0)]
    [TestCase("PARTUUID=nothing", 0)]
    public void A_slot_is_named_by_letter_label_or_id(string name, int number)
    {
        GptPartition[] slots = [Slot(3, "USR-A") with { Id = Guid.Empty }, Slot(4, "USR-B")];
        BootCommandLine line = BootCommandLine.Parse($"corenode.slot={name}");
        int[] named = [.. slots.Where(one => line.Names(slots, one)).Select(one => one.Number)];
        Assert.That(named, Is.EqualTo(number == 0 ? [] : new[] { number }));
    }

    private static GptPartition Slot(int number, string label) => new()
    {
        Number = number,
        Type = PartitionTypes.CoreOsUsr,
        Id = s_id,
        FirstSector = 1,
        LastSector = 2,
        Attributes = default,
        Label = label,
    };
}
