using CoreNode.RebootLock.Model;

namespace CoreNode.Tests.RebootLock.Model;

/// <summary>Keys of semaphores and notes, and how many may hold one.</summary>
[TestFixture, Category("Unit")]
internal sealed class LockKeysTests
{
    [TestCase("", "/coreos.com/updateengine/rebootlock/semaphore")]
    [TestCase("prod", "/coreos.com/updateengine/rebootlock/groups/prod/semaphore")]
    [TestCase("prod/db", "/coreos.com/updateengine/rebootlock/groups/prod%2Fdb/semaphore")]
    [TestCase("a b+c~.-_ü", "/coreos.com/updateengine/rebootlock/groups/a+b%2Bc~.-_%C3%BC/semaphore")]
    public void Semaphores_stand_where_locksmith_has_them(string group, string key) =>
        Assert.That(LockKeys.Semaphore(group), Is.EqualTo(key));

    [TestCase("", "m1", "/_coreos.com/rebootlock/holders/m1")]
    [TestCase("a/b", "x y", "/_coreos.com/rebootlock/groups/a%2Fb/holders/x+y")]
    [TestCase("", "_m", "/_coreos.com/rebootlock/holders/%5Fm")]
    public void Notes_stand_beside_them(string group, string holder, string key) =>
        Assert.That(LockKeys.Note(group, holder), Is.EqualTo(key));

    [TestCase("..", true)]
    [TestCase(".", false)]
    [TestCase("", false)]
    [TestCase("a\nb", false)]
    public void Names_that_cannot_be_are_refused(string name, bool isGroup) =>
        Assert.That(LockKeys.Complaint(name, isGroup), Is.Not.Null);

    [Test]
    public void Names_have_a_limit()
    {
        Assert.That(LockKeys.Complaint(new string('x', 256), isGroup: false), Is.Null);
        Assert.That(LockKeys.Complaint(new string('x', 257), isGroup: false), Does.Contain("257"));
        Assert.That(LockKeys.Complaint("", isGroup: true), Is.Null);
    }

    [TestCase(0, 5, false, null)]
    [TestCase(1, 1, false, null)]
    [TestCase(1, 2, false, null)]
    [TestCase(1, 0, false, null)]
    [TestCase(2, 5, false, null)]
    [TestCase(4, 9, false, null)]
    [TestCase(3, 5, true, null)]
    [TestCase(2, 0, true, null)]
    [TestCase(2, 0, false, "not known")]
    [TestCase(2, 4, false, "needs 3 of them")]
    [TestCase(3, 5, false, "3 of them away")]
    [TestCase(5, 5, false, "all of them away")]
    [TestCase(2, 1, false, "1 voting member and")]
    [TestCase(-1, 5, true, "makes no sense")]
    public void A_maximum_that_could_cost_the_quorum_wants_force(int max, int members, bool isForced, string? reason)
    {
        string? complaint = MaxRule.Complaint(max, members, isForced);
        Assert.That(complaint, reason is null ? Is.Null : Does.Contain(reason));
    }
}
