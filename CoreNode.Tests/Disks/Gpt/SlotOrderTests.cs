using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.Simulation;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>Which slot is started, and in what order slots are put: what was measured of cgpt.</summary>
[TestFixture, Category("Unit")]
internal sealed class SlotOrderTests
{
    private static readonly SlotRule s_rule = new();

    // Priority/tries/successful of A and B, the choice, and its bits afterwards.
    [TestCase("1/0/1 0/0/0", "A", "1/0/1")]
    [TestCase("1/0/1 2/1/0", "B", "2/0/0")]
    [TestCase("1/0/1 2/0/0", "A", "1/0/1")]
    [TestCase("1/0/0 2/0/0", "A", "1/0/0")]
    [TestCase("0/0/1 0/0/1", "A", "0/0/1")]
    [TestCase("1/0/1 1/1/0", "A", "1/0/1")]
    [TestCase("1/1/0 1/0/1", "A", "1/0/0")]
    [TestCase("1/0/1 2/3/1", "B", "2/2/1")]
    [TestCase("0/0/0 0/0/0", "A", "0/0/0")]
    [TestCase("15/0/1 15/15/0", "A", "15/0/1")]
    public void The_next_slot_is_the_one_that_cgpt_chose(string bits, string choice, string after)
    {
        SlotDisk disk = Disk(bits.Split(' '));
        SlotChoice? next = SlotOrder.Next(s_rule.Find(disk.Table));
        Assert.That(next?.Slot.Label, Is.EqualTo($"USR-{choice}"));
        disk.Change(table => SlotOrder.Started(table, next!.Slot));
        Assert.That(disk.Table.Find(next!.Slot.Number)?.Attributes.ToString(), Is.EqualTo(after));
    }

    [TestCase("1/0/0 2/0/0", true)]
    [TestCase("0/0/0 0/0/0", true)]
    [TestCase("0/0/1 0/0/0", false)]
    [TestCase("0/0/0 0/1/0", false)]
    public void A_slot_that_may_not_be_started_is_the_last_resort(string bits, bool isLastResort) =>
        Assert.That(
            SlotOrder.Next(s_rule.Find(Disk(bits.Split(' ')).Table))?.IsLastResort, Is.EqualTo(isLastResort));

    [Test]
    public void Without_slots_there_is_no_next() => Assert.That(SlotOrder.Next([]), Is.Null);

    [TestCase("1/0/1 0/1/0", 4, null, false, "1 2")]
    [TestCase("1/0/1 2/1/0", 3, null, false, "2 1")]
    [TestCase("15/0/1 15/1/0", null, null, false, "1 1")]
    [TestCase("1/0/1 0/1/0", 4, 7, false, "6 7")]
    [TestCase("0/0/0 0/0/0", null, null, false, "0 0")]
    [TestCase("0/0/0 0/0/0", 4, null, false, "0 1")]
    [TestCase("3/0/1 3/0/1", 4, null, false, "1 2")]
    [TestCase("3/0/1 3/0/1", 4, null, true, "1 1")]
    [TestCase("3/0/1 2/0/1", 4, 1, false, "1 1")]
    public void Priorities_become_those_that_cgpt_gave(
        string bits, int? slot, int? highest, bool withEquals, string after)
    {
        SlotDisk disk = Disk(bits.Split(' '));
        SlotPriority wish = new() { Slot = slot, Highest = highest, IsWithEquals = withEquals };
        disk.Change(table => SlotOrder.Prioritize(table, s_rule.Find(table), wish));
        Assert.That(
            string.Join(' ', s_rule.Find(disk.Table).Select(one => one.Attributes.Priority)), Is.EqualTo(after));
    }

    [Test]
    public void A_life_of_two_slots_goes_as_written()
    {
        SlotDisk disk = Disk(["1/0/1", "0/0/0"]);
        disk.Change(table => SlotOrder.MarkForTrial(table, s_rule, 4, tries: 1));
        Assert.That(Bits(disk), Is.EqualTo("1/0/1 2/1/0"), "the new one is tried");
        SlotChoice next = SlotOrder.Next(s_rule.Find(disk.Table))!;
        disk.Change(table => SlotOrder.Started(table, next.Slot));
        Assert.That(Bits(disk), Is.EqualTo("1/0/1 2/0/0"), "its one try is used");
        Assert.That(SlotOrder.Next(s_rule.Find(disk.Table))!.Slot.Number, Is.EqualTo(3), "it would fall back");
        disk.Change(table => SlotOrder.MarkGood(table, s_rule, 4));
        Assert.That(Bits(disk), Is.EqualTo("1/0/1 2/0/1"), "it is kept");
        disk.Change(table => SlotOrder.MarkEmpty(table, table.Find(3)!));
        Assert.That(Bits(disk), Is.EqualTo("0/0/0 2/0/1"), "the old one is written next");
    }

    [Test]
    public void Other_bits_and_other_partitions_stay_as_they_are()
    {
        TestDisk made = new()
        {
            Partitions =
            [
                new(3, 40, 49) { Label = "USR-A", Attributes = 0xA5FF_0000_0000_0007 },
                new(9, 60, 69) { Type = Guid.NewGuid(), Attributes = ulong.MaxValue },
            ],
        };
        SlotDisk disk = new(new SimulatedBlockDevice(made.Build(), 512));
        disk.Change(table => SlotOrder.MarkEmpty(table, table.Find(3)!));
        Assert.That(disk.Table.Find(3)!.Attributes.Bits, Is.EqualTo(0xA400_0000_0000_0007));
        Assert.That(disk.Table.Find(9)!.Attributes.Bits, Is.EqualTo(ulong.MaxValue));
    }

    [TestCase("*", "3 4 5")]
    [TestCase("USR-*", "3 4")]
    [TestCase("*-B", "4")]
    [TestCase("U*-*A", "3")]
    [TestCase("USR-A", "3")]
    [TestCase("USR-AB*", "")]
    [TestCase("USR-A*A", "")]
    public void Slots_are_found_by_their_label(string label, string found)
    {
        TestDisk made = new()
        {
            Partitions =
            [
                new(3, 40, 49) { Label = "USR-A" }, new(4, 50, 59) { Label = "USR-B" },
                new(5, 60, 69) { Label = "other" }, new(6, 70, 79) { Label = "USR-C", Type = Guid.NewGuid() },
            ],
        };
        GptTable table = new SlotDisk(new SimulatedBlockDevice(made.Build(), 512)).Table;
        SlotRule rule = new() { Label = label };
        Assert.That(string.Join(' ', rule.Find(table).Select(one => one.Number)), Is.EqualTo(found));
    }

    private static string Bits(SlotDisk disk) =>
        string.Join(' ', s_rule.Find(disk.Table).Select(one => one.Attributes.ToString()));

    private static SlotDisk Disk(string[] bits) =>
        new(new SimulatedBlockDevice(
            new TestDisk
            {
                Partitions =
                [
                    new(3, 40, 49) { Label = "USR-A", Attributes = Parse(bits[0]) },
                    new(4, 50, 59) { Label = "USR-B", Attributes = Parse(bits[1]) },
                    new(9, 60, 69) { Label = "ROOT", Type = Guid.NewGuid() },
                ],
            }.Build(),
            512));

    private static ulong Parse(string bits)
    {
        int[] parts = [.. bits.Split('/').Select(int.Parse)];
        return TestPartition.Bits(parts[0], parts[1], parts[2]);
    }
}
