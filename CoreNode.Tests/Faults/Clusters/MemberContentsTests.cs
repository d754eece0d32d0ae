using CoreNode.Tests.Histories;

namespace CoreNode.Tests.Faults.Clusters;

/// <summary>The comparison of members finds what differs, and lets pass what does not.</summary>
[TestFixture, Category("Unit")]
internal sealed class MemberContentsTests
{
    [Test]
    public void Equal_contents_pass() =>
        Assert.DoesNotThrow(
            () => MemberContents.ThrowUnlessSame([Reading(9, ("/a", "1", 4)), Reading(9, ("/a", "1", 4))]));

    [TestCase(9, "2", 4)]
    [TestCase(9, "1", 5)]
    [TestCase(8, "1", 4)]
    public void A_member_that_differs_is_found(int storeIndex, string value, int modified)
    {
        StoreReading[] readings = [Reading(9, ("/a", "1", 4)), Reading(storeIndex, ("/a", value, modified))];
        Assert.That(() => MemberContents.ThrowUnlessSame(readings), Throws.InstanceOf<AssertionException>());
    }

    [Test]
    public void A_key_that_one_member_lacks_is_found() =>
        Assert.That(
            () => MemberContents.ThrowUnlessSame([Reading(9), Reading(9, ("/a", "1", 4))]),
            Throws.InstanceOf<AssertionException>());

    [Test]
    public void What_was_committed_last_must_be_there()
    {
        CommittedChanges committed = new();
        committed.Add(new WatchedChange(4, "/a", "set", "1"));
        committed.Add(new WatchedChange(5, "/b", "set", "2"));
        committed.Add(new WatchedChange(6, "/b", "delete", null));
        Assert.DoesNotThrow(() => MemberContents.ThrowUnlessMadeBy(committed, Reading(6, ("/a", "1", 4))));
        Assert.That(
            () => MemberContents.ThrowUnlessMadeBy(committed, Reading(6)), Throws.InstanceOf<AssertionException>());
        Assert.That(
            () => MemberContents.ThrowUnlessMadeBy(committed, Reading(6, ("/a", "1", 4), ("/b", "2", 5))),
            Throws.InstanceOf<AssertionException>());
    }

    private static StoreReading Reading(long index, params (string Key, string Value, long Modified)[] keys) =>
        new(
            keys.ToDictionary(k => k.Key, k => new StoredKey(k.Value, k.Modified, k.Modified, null)),
            index,
            RaftIndex: index,
            RaftTerm: 2,
            default,
            default);
}
