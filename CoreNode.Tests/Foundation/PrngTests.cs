using CoreNode.Foundation;

namespace CoreNode.Tests.Foundation;

[TestFixture, Category("Unit")]
internal sealed class PrngTests
{
    [Test]
    public void The_same_seed_gives_the_same_sequence_and_children()
    {
        Prng a = new(42);
        Prng b = new(42);
        ulong[] first = [.. Enumerable.Range(0, 100).Select(_ => a.NextUInt64())];
        ulong[] second = [.. Enumerable.Range(0, 100).Select(_ => b.NextUInt64())];
        Assert.That(second, Is.EqualTo(first));
        Assert.That(a.Child("disk").NextUInt64(), Is.EqualTo(new Prng(42).Child("disk").NextUInt64()));
        Assert.That(a.Child("disk").NextUInt64(), Is.Not.EqualTo(a.Child("net").NextUInt64()));
    }

    [Test]
    public void Next_stays_in_its_bounds_and_reaches_all_of_them()
    {
        Prng prng = new(7);
        int[] counts = new int[5];
        for (int i = 0; i < 5000; i++)
            counts[prng.Next(5)]++;
        Assert.That(counts, Has.All.InRange(800, 1200));
    }
}
