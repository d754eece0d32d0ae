using System.Globalization;
using CoreNode.Boot.Model;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.Disks.Gpt;

namespace CoreNode.Tests.Boot.Model;

[TestFixture, Category("Unit")]
internal sealed class SlotQueueTests
{
    // Priority, tries and successful of A, B (and C): the order in which they come, a star for a last resort.
    [TestCase("1/0/1 0/0/0", "A B*")]
    [TestCase("1/0/1 2/1/0", "B A")]
    [TestCase("1/0/1 2/0/0", "A B*")]
    [TestCase("1/0/0 2/0/0", "B* A*")]
    [TestCase("0/0/1 0/0/1", "A B")]
    [TestCase("1/0/1 1/1/0", "A B")]
    [TestCase("15/0/1 15/15/0", "A B")]
    [TestCase("0/0/0 0/0/0", "A* B*")]
    [TestCase("1/0/1 3/0/0 2/2/0", "C A B*")]
    public void Slots_come_by_priority_and_those_that_may_not_start_come_last(string bits, string order) =>
        Assert.That(Order(Slots(bits), late: null), Is.EqualTo(order));

    [TestCase("1/0/1 2/1/0", 2, "A B")]
    [TestCase("1/0/0 2/1/0", 2, "B A*")]
    [TestCase("1/0/1 2/1/0", 1, "B A")]
    public void A_slot_whose_kernel_did_not_arrive_comes_after_others_of_its_kind(string bits, int late, string order)
    {
        GptPartition[] slots = Slots(bits);
        Assert.That(Order(slots, slots[late - 1].Id), Is.EqualTo(order));
    }

    [Test]
    public void The_first_is_the_one_that_cgpt_would_take_if_any_may_start()
    {
        for (int one = 0; one < 64; one++)
        {
            GptPartition[] slots = Slots($"{one & 3}/{one >> 2 & 1}/{one >> 3 & 1} {one >> 4 & 3}/1/0");
            Assert.That(SlotQueue.Next(slots, [], null), Is.EqualTo(SlotOrder.Next(slots)), $"{one}");
        }
    }

    private static string Order(GptPartition[] slots, Guid? late)
    {
        List<int> failed = [];
        List<string> names = [];
        while (SlotQueue.Next(slots, failed, late) is { } choice)
        {
            failed.Add(choice.Slot.Number);
            names.Add($"{(char)('A' + choice.Slot.Number - 1)}{(choice.IsLastResort ? "*" : "")}");
        }

        return string.Join(' ', names);
    }

    private static GptPartition[] Slots(string bits)
    {
        List<GptPartition> slots = [];
        foreach (string one in bits.Split(' '))
        {
            int[] numbers = [.. one.Split('/').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
            int number = slots.Count + 1;
            slots.Add(new GptPartition
            {
                Number = number,
                Type = PartitionTypes.CoreOsUsr,
                Id = new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
                FirstSector = 1,
                LastSector = 2,
                Attributes = new SlotAttributes(TestPartition.Bits(numbers[0], numbers[1], numbers[2])),
                Label = $"USR-{number}",
            });
        }

        return [.. slots];
    }
}
