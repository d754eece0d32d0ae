using CoreNode.Foundation;

namespace CoreNode.Tests.Foundation;

[TestFixture, Category("Unit")]
internal sealed class NearestWordTests
{
    [TestCase("", "abc", 3)]
    [TestCase("abc", "abc", 0)]
    [TestCase("gte", "get", 1)]
    [TestCase("kitten", "sitting", 3)]
    public void The_distance_counts_slips(string a, string b, int distance)
    {
        Assert.That(NearestWord.Distance(a, b), Is.EqualTo(distance));
        Assert.That(NearestWord.Distance(b, a), Is.EqualTo(distance));
    }

    [TestCase("gte", "get")]
    [TestCase("watc", "watch")]
    [TestCase("exec_watch", "exec-watch")]
    [TestCase("--recursiv", "--recursive")]
    [TestCase("WATCH", "watch")]
    [TestCase("frobnicate", null)]
    [TestCase("xyz", null)]
    public void Only_what_is_near_is_suggested(string word, string? nearest) => Assert.That(
        NearestWord.Of(word, ["get", "set", "watch", "exec-watch", "--recursive"]), Is.EqualTo(nearest));

    [Test]
    public void A_word_that_was_only_begun_is_nearer_than_a_slip() =>
        Assert.That(NearestWord.Of("stat", ["start", "stop", "status"]), Is.EqualTo("status"));
}
