using CoreNode.Disks.Gpt;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>How slots are told apart in the names of files.</summary>
[TestFixture, Category("Unit")]
internal sealed class SlotLettersTests
{
    [TestCase("USR-A USR-B", "a b")]
    [TestCase("USR-B USR-A", "b a")]
    [TestCase("USR-B usr-c USR-A", "b c a")]
    [TestCase("USR-A USR-A", "a b")]
    [TestCase("USR-B other", "a b")]
    [TestCase("A B", "a b")]
    [TestCase("usr-1 usr-2", "a b")]
    public void It_is_the_labels_where_each_has_its_own_else_that_of_its_place(string labels, string letters)
    {
        string[] names = labels.Split(' ');
        GptPartition[] slots = new GptPartition[names.Length];
        for (int i = 0; i < slots.Length; i++)
            slots[i] = Slot(i + 3, names[i]);
        Assert.That(
            string.Join(' ', slots.Select(one => SlotLetters.Of(slots, one.Number))), Is.EqualTo(letters));
        Assert.That(SlotLetters.Of(slots, 1), Is.Null);
    }

    [Test]
    public void Beyond_z_there_is_none()
    {
        GptPartition[] slots = [.. Enumerable.Range(1, 27).Select(static number => Slot(number, ""))];
        Assert.That(SlotLetters.Of(slots, 26), Is.EqualTo('z'));
        Assert.That(SlotLetters.Of(slots, 27), Is.Null);
    }

    private static GptPartition Slot(int number, string label) => new()
    {
        Number = number,
        Type = PartitionTypes.CoreOsUsr,
        Id = Guid.Empty,
        FirstSector = 0,
        LastSector = 0,
        Attributes = new SlotAttributes(0),
        Label = label,
    };
}
