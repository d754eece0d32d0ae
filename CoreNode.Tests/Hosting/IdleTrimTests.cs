using CoreNode.Hosting;

namespace CoreNode.Tests.Hosting;

/// <summary>Memory is given back by a node that has grown and is quiet, once, and by no other.</summary>
[TestFixture, Category("Unit")]
internal sealed class IdleTrimTests
{
    private const long Mebibyte = 1 << 20;

    private TimeSpan _processor;
    private long _bytes;
    private int _collections;

    [SetUp]
    public void Forget() => (_processor, _bytes, _collections) = (TimeSpan.Zero, 20 * Mebibyte, 0);

    [Test]
    public void A_quiet_node_that_has_grown_collects_once()
    {
        IdleTrim trim = Make();
        trim.Look();
        Assert.That(_collections, Is.Zero, "it has not grown");
        _bytes += 100 * Mebibyte;
        trim.Look();
        trim.Look();
        Assert.That(_collections, Is.EqualTo(1));
    }

    [Test]
    public void A_busy_node_waits_until_it_is_quiet()
    {
        IdleTrim trim = Make();
        _bytes += 100 * Mebibyte;
        _processor += TimeSpan.FromSeconds(1);
        trim.Look();
        Assert.That(_collections, Is.Zero);
        trim.Look();
        Assert.That(_collections, Is.EqualTo(1));
    }

    [Test]
    public void A_large_heap_is_left_alone()
    {
        IdleTrim trim = Make();
        _bytes += 300 * Mebibyte;
        trim.Look();
        Assert.That(_collections, Is.Zero, "all threads would stand still for too long");
    }

    private IdleTrim Make() => new(() => _processor, () => _bytes, () =>
    {
        _collections++;
        _bytes -= 10 * Mebibyte;
    });
}
