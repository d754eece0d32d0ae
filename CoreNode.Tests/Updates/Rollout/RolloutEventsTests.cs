using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>What Omaha's numbers mean to a rollout.</summary>
[TestFixture, Category("Unit")]
internal sealed class RolloutEventsTests
{
    [TestCase(13, 1, null, RolloutEventKind.DownloadStarted)]
    [TestCase(14, 1, null, RolloutEventKind.Downloaded)]
    [TestCase(1, 1, null, RolloutEventKind.Downloaded)]
    [TestCase(15, 1, null, RolloutEventKind.Downloaded)]
    [TestCase(3, 1, null, RolloutEventKind.Installed)]
    [TestCase(800, 1, null, RolloutEventKind.Installed)]
    [TestCase(3, 2, null, RolloutEventKind.None)]
    [TestCase(3, 7, null, RolloutEventKind.None)]
    [TestCase(3, 9, 36u, RolloutEventKind.Deferred)]
    [TestCase(3, 4, null, RolloutEventKind.Deferred)]
    [TestCase(3, 0, 9u, RolloutEventKind.Failed)]
    [TestCase(3, 0, null, RolloutEventKind.Failed)]
    [TestCase(14, 0, 2404u, RolloutEventKind.Failed)]
    [TestCase(3, 5, 1u, RolloutEventKind.Failed)]
    [TestCase(3, 0, 44u, RolloutEventKind.RolledBack)]
    [TestCase(3, 0, 0xC000_002Cu, RolloutEventKind.RolledBack)]
    [TestCase(100, 0, 44u, RolloutEventKind.None)]
    [TestCase(4, 1, null, RolloutEventKind.None)]
    [TestCase(12345, 67890, null, RolloutEventKind.None)]
    public void Each_is_read(int type, int result, uint? code, RolloutEventKind kind)
    {
        OmahaEvent told = new()
        {
            Type = (OmahaEventType)type,
            Result = (OmahaEventResult)result,
            ErrorCode = code,
        };
        Assert.That(RolloutEvents.Of(told).Kind, Is.EqualTo(kind));
    }

    [Test]
    public void Flags_are_taken_off_the_code() =>
        Assert.That(RolloutEvents.Of(OmahaEvent.Failed(268_435_490)).ErrorCode, Is.EqualTo(34));
}
