namespace CoreNode.Tests.Histories;

/// <summary>The judge of watches is right about runs whose truth is known.</summary>
[TestFixture, Category("Unit")]
internal sealed class WatchCheckerTests
{
    private static readonly WatchedChange s_first = new(4, "/a", "set", "1");
    private static readonly WatchedChange s_other = new(5, "/b", "set", "1");
    private static readonly WatchedChange s_second = new(6, "/a", "compareAndSwap", "2");
    private static readonly WatchedChange s_gone = new(8, "/a", "delete", null);

    [Test]
    public void Every_change_once_and_in_order_is_right() =>
        Assert.That(Judge(Run() with { Changes = [s_first, s_second, s_gone] }), Is.Null);

    [Test]
    public void A_start_in_between_and_an_early_end_are_right() =>
        Assert.That(Judge(Run() with { Since = 5, Changes = [s_second] }), Is.Null);

    [Test]
    public void Nothing_at_all_is_right_unless_something_was_due()
    {
        Assert.That(Judge(Run() with { Since = 4 }), Is.Null);
        Assert.That(Judge(Run() with { Since = 4, CompleteUpTo = 4 }), Does.StartWith("not told of @4"));
        Assert.That(Judge(Run() with { Since = 7, CompleteUpTo = 7 }), Is.Null);
    }

    [Test]
    public void A_gap_is_found()
    {
        Assert.That(Judge(Run() with { Changes = [s_first, s_gone] }), Does.StartWith("not told of @6"));
        Assert.That(Judge(Run() with { Since = 4, Changes = [s_second] }), Does.StartWith("not told of @4"));
        Assert.That(
            Judge(Run() with { Since = 4, CompleteUpTo = 8, Changes = [s_first, s_second] }),
            Does.StartWith("not told of @8"));
    }

    [Test]
    public void A_repetition_and_a_wrong_order_are_found()
    {
        Assert.That(Judge(Run() with { Changes = [s_first, s_first] }), Does.StartWith("told of @4"));
        Assert.That(Judge(Run() with { Changes = [s_second, s_first] }), Does.StartWith("told of @4"));
    }

    [Test]
    public void Only_a_stream_may_hear_twice_of_the_removal_of_its_key()
    {
        WatchRun twice = Run() with { Since = 8, Changes = [s_gone, s_gone] };
        Assert.That(Judge(twice), Does.StartWith("told of @8"));
        Assert.That(Judge(twice with { IsStream = true }), Is.Null);
        Assert.That(Judge(twice with { IsStream = true, Changes = [s_gone, s_gone, s_gone] }), Is.Not.Null);
        Assert.That(Judge(twice with { IsStream = true, Key = "/", IsRecursive = true }), Is.Not.Null);
    }

    [Test]
    public void What_was_not_asked_for_or_never_happened_is_found()
    {
        Assert.That(Judge(Run() with { Changes = [s_other] }), Does.EndWith("did not ask for"));
        Assert.That(Judge(Run() with { Since = 5, Changes = [s_first] }), Does.EndWith("before 5"));
        Assert.That(Judge(Run() with { Changes = [new(7, "/a", "set", "x")] }), Does.EndWith("never happened"));
        Assert.That(
            Judge(Run() with { Changes = [s_first with { Value = "x" }] }), Does.EndWith("which was " + s_first));
    }

    [Test]
    public void A_directory_is_watched_with_what_is_below_it()
    {
        WatchRun all = Run() with { Key = "/", IsRecursive = true };
        Assert.That(Judge(all with { Changes = [s_first, s_other, s_second] }), Is.Null);
        Assert.That(Judge(all with { Changes = [s_first, s_second] }), Does.StartWith("not told of @5"));
    }

    [Test]
    public void Answers_and_watchers_that_contradict_each_other_are_found()
    {
        HistoryOperation write = new()
        {
            Client = 1,
            Key = "/a",
            Kind = HistoryKind.Set,
            Value = "1",
            InvokedAt = 1,
            ReturnedAt = 2,
            Result = HistoryResult.Ok,
            ModifiedIndex = 4,
        };
        Assert.That(CommittedChanges.Of([write], [Run() with { Changes = [s_first] }]).All, Has.Count.EqualTo(1));
        Assert.That(
            () => CommittedChanges.Of([write with { Value = "2" }], [Run() with { Changes = [s_first] }]),
            Throws.InstanceOf<AssertionException>());
    }

    private static WatchRun Run() => new() { Watcher = "w", Key = "/a", Changes = [] };

    private static string? Judge(WatchRun run)
    {
        CommittedChanges committed = new();
        foreach (WatchedChange change in new[] { s_first, s_other, s_second, s_gone })
            committed.Add(change);
        return WatchChecker.FindFault(run, committed);
    }
}
