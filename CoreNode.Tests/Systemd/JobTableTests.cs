using CoreNode.Systemd;

namespace CoreNode.Tests.Systemd;

/// <summary>Jobs and their ends, in whatever order they come.</summary>
[TestFixture, Category("Unit")]
internal sealed class JobTableTests
{
    [Test]
    public void An_end_that_comes_after_the_answer_is_given_to_all_that_wait()
    {
        JobTable jobs = new();
        TaskCompletionSource<string> first = new();
        TaskCompletionSource<string> second = new();
        jobs.Expect("/job/1", first);
        jobs.Expect("/job/1", second);
        Assert.That(first.Task.IsCompleted, Is.False);
        jobs.Remove("/job/1", "done");
        Assert.That((Of(first), Of(second)), Is.EqualTo(("done", "done")));
    }

    [Test]
    public void An_end_that_comes_before_the_answer_is_kept()
    {
        JobTable jobs = new();
        TaskCompletionSource<string> end = new();
        jobs.Remove("/job/1", "failed");
        jobs.Expect("/job/1", end);
        Assert.That(Of(end), Is.EqualTo("failed"));
    }

    [Test]
    public void Ends_that_nobody_asks_for_are_forgotten_in_time()
    {
        JobTable jobs = new();
        for (int i = 0; i < 10_000; i++)
            jobs.Remove($"/job/{i}", "done");
        TaskCompletionSource<string> old = new();
        TaskCompletionSource<string> young = new();
        jobs.Expect("/job/0", old);
        jobs.Expect("/job/9999", young);
        Assert.That(old.Task.IsCompleted, Is.False);
        Assert.That(Of(young), Is.EqualTo("done"));
    }

    [Test]
    public void With_the_connection_the_knowledge_goes()
    {
        JobTable jobs = new();
        TaskCompletionSource<string> waiting = new();
        jobs.Remove("/job/1", "done");
        jobs.Expect("/job/2", waiting);
        jobs.Lose();
        Assert.That(Of(waiting), Is.EqualTo("gone"));
        TaskCompletionSource<string> later = new();
        jobs.Expect("/job/1", later);
        Assert.That(later.Task.IsCompleted, Is.False);
    }

    private static string Of(TaskCompletionSource<string> end) =>
        end.Task.IsCompletedSuccessfully ? end.Task.Result : "still waits";
}
