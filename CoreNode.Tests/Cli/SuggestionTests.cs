using CoreNode.Cli;

namespace CoreNode.Tests.Cli;

[TestFixture, Category("Unit")]
internal sealed class SuggestionTests
{
    [TestCase("", "abc", 3)]
    [TestCase("abc", "abc", 0)]
    [TestCase("gte", "get", 1)]
    [TestCase("kitten", "sitting", 3)]
    public void The_distance_counts_slips(string a, string b, int distance)
    {
        Assert.That(Suggestion.Distance(a, b), Is.EqualTo(distance));
        Assert.That(Suggestion.Distance(b, a), Is.EqualTo(distance));
    }

    [TestCase("gte", "get")]
    [TestCase("watc", "watch")]
    [TestCase("exec_watch", "exec-watch")]
    [TestCase("--recursiv", "--recursive")]
    [TestCase("frobnicate", null)]
    [TestCase("xyz", null)]
    public void Only_what_is_near_is_suggested(string word, string? nearest) => Assert.That(
        Suggestion.Nearest(word, ["get", "set", "watch", "exec-watch", "--recursive"]), Is.EqualTo(nearest));
}
