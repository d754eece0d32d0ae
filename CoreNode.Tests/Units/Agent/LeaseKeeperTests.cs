using System.Collections.Concurrent;
using CoreNode.Platform;
using CoreNode.Store;
using CoreNode.Units.Agent;

namespace CoreNode.Tests.Units.Agent;

[TestFixture, Category("Fault")]
[CancelAfter(60_000)]
internal sealed class LeaseKeeperTests : IMachineLease
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<TaskCompletionSource<LeaseGrant>> _asked = new();
    private readonly ConcurrentQueue<(LeaseGrantKind Kind, TimeSpan Sent)> _taken = new();

    private static TimeSpan Now => BootClock.Now(BootClock.Instance);

    public bool IsRegistration => false;

    // Answers only when the test does.
    public Task<LeaseGrant> RenewAsync(LeaseRenewal renewal, CancellationToken cancellation)
    {
        TaskCompletionSource<LeaseGrant> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(answer);
        return answer.Task.WaitAsync(cancellation);
    }

    public Task ReleaseAsync(LeaseRenewal renewal, CancellationToken cancellation) => Task.CompletedTask;

    [Test]
    public async Task An_answer_that_is_late_holds_up_no_other_renewal_and_counts_from_its_question(
        CancellationToken stop)
    {
        TimeSpan begun = Now;
        TaskCompletionSource left = new();
        Task keeping = Keeper().RunAsync(left.Task, stop);
        TaskCompletionSource<LeaseGrant> first = await AskedAsync(stop);
        TaskCompletionSource<LeaseGrant> second = await AskedAsync(stop);
        TimeSpan between = Now;
        Assert.That(first.Task.IsCompleted, Is.False, "the second is asked while the first is not answered");
        second.SetResult(Granted());
        await UntilAsync(() => _taken.Count == 1, stop);
        first.SetResult(Granted());
        await UntilAsync(() => _taken.Count == 2, stop);
        (LeaseGrantKind Kind, TimeSpan Sent)[] taken = [.. _taken];
        Assert.That(taken[1].Sent, Is.GreaterThanOrEqualTo(begun).And.LessThan(taken[0].Sent));
        Assert.That(taken[0].Sent, Is.LessThanOrEqualTo(between));
        left.SetResult();
        await keeping;
    }

    [Test]
    public async Task None_is_on_its_way_once_the_machine_has_left(CancellationToken stop)
    {
        TaskCompletionSource left = new();
        Task keeping = Keeper().RunAsync(left.Task, stop);
        await AskedAsync(stop);
        left.SetResult();
        await keeping.WaitAsync(stop);
        Assert.That(_taken, Is.Empty);
    }

    [Test]
    public async Task A_renewal_that_nobody_answers_ends_before_the_lease_does(CancellationToken stop)
    {
        TaskCompletionSource left = new();
        Task keeping = Keeper().RunAsync(left.Task, stop);
        await UntilAsync(() => !_taken.IsEmpty, stop);
        Assert.That(_taken.TryPeek(out (LeaseGrantKind Kind, TimeSpan Sent) first));
        Assert.That(first.Kind, Is.EqualTo(LeaseGrantKind.Unreachable));
        Assert.That(_asked, Has.Count.GreaterThanOrEqualTo(2));
        left.SetResult();
        await keeping;
    }

    [SetUp]
    public void Forget()
    {
        _asked.Clear();
        _taken.Clear();
    }

    private static LeaseGrant Granted() => new(LeaseGrantKind.Granted, "") { Duration = s_lease };

    private static async Task UntilAsync(Func<bool> holds, CancellationToken stop)
    {
        while (!holds())
            await Task.Delay(5, stop);
    }

    private LeaseKeeper Keeper() => new(
        this, new LeaseRenewal("m", 1, s_lease), BootClock.Instance, static () => Now,
        (grant, sent, _) =>
        {
            _taken.Enqueue((grant.Kind, sent));
            return ValueTask.CompletedTask;
        });

    private async Task<TaskCompletionSource<LeaseGrant>> AskedAsync(CancellationToken stop)
    {
        TaskCompletionSource<LeaseGrant>? asked;
        while (!_asked.TryDequeue(out asked))
            await Task.Delay(5, stop);
        return asked;
    }
}
