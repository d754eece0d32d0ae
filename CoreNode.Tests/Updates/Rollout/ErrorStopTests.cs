using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Updates.Rollout;

/// <summary>The failure that is one too many, and the one before it.</summary>
[TestFixture, Category("Unit")]
internal sealed class ErrorStopTests
{
    // "More than" the share, and at least so many.
    [TestCase(0.25, 1, 1, 4, false)]
    [TestCase(0.25, 1, 2, 7, true)]
    [TestCase(0.25, 1, 2, 8, false)]
    [TestCase(0.25, 3, 2, 2, false)]
    [TestCase(0.25, 3, 3, 3, true)]
    [TestCase(0.25, 3, 3, 12, false)]
    [TestCase(0.25, 3, 3, 11, true)]
    [TestCase(0, 1, 0, 0, false)]
    [TestCase(0, 1, 0, 100_000, false)]
    [TestCase(0, 1, 1, 100_000, true)]
    public void It_is_due_from_this_failure_on(double share, int atLeast, int failed, int ended, bool isDue) =>
        Assert.That(new ErrorStop(share, atLeast).IsDue(failed, ended), Is.EqualTo(isDue));
}
