using CoreNode.Tests.Api;
using CoreNode.Updates.Sharing;

namespace CoreNode.Tests.Updates.Sharing;

/// <summary>The limit of what is sent to other nodes.</summary>
[TestFixture, Category("Unit")]
internal sealed class SharePacerTests
{
    [Test]
    public void What_was_not_used_is_kept_for_a_quarter_of_a_second()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        using CancellationTokenSource stop = new();
        SharePacer pacer = new(1_000_000, time);
        time.Advance(TimeSpan.FromSeconds(10));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pacer.TakeAsync(250_000, stop.Token).IsCompleted, Is.True);
            Assert.That(pacer.TakeAsync(1000, stop.Token).IsCompleted, Is.False);
        }

        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(pacer.TakeAsync(99_000, stop.Token).IsCompleted, Is.True);
        Assert.That(pacer.TakeAsync(1000, stop.Token).IsCompleted, Is.False);
        stop.Cancel();
    }

    [Test]
    public void Without_a_limit_nothing_waits()
    {
        SharePacer pacer = new(0, TimeProvider.System);
        Assert.That(pacer.TakeAsync(int.MaxValue, CancellationToken.None).IsCompleted, Is.True);
    }
}
