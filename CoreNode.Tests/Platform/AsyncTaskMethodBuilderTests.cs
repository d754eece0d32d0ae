using System.Runtime.CompilerServices;

namespace CoreNode.Tests.Platform;

/// <summary>What <c>async Task</c> is built with in the native executable, here asked for by name.</summary>
[TestFixture, Category("Unit")]
internal sealed class AsyncTaskMethodBuilderTests
{
    private readonly AsyncLocal<string?> _local = new();

    [Test]
    public void A_method_that_need_not_wait_is_done_when_it_returns()
    {
        Task<int> sum = AddAsync(Task.FromResult(1), Task.FromResult(2));
        Task nothing = WaitAsync(Task.CompletedTask);
        Assert.That(sum.IsCompletedSuccessfully && nothing.IsCompletedSuccessfully);
        Assert.That(sum.GetAwaiter().GetResult(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_method_that_waits_is_done_when_all_it_waits_for_is()
    {
        TaskCompletionSource<int> first = new(), second = new();
        Task<int> sum = AddAsync(first.Task, second.Task);
        Task waiting = WaitAsync(sum);
        first.SetResult(1);
        Assert.That(sum.IsCompleted || waiting.IsCompleted, Is.False);
        second.SetResult(2);
        Assert.That(await sum, Is.EqualTo(3));
        await waiting;
    }

    [Test]
    public async Task A_method_keeps_its_variables_over_many_waits() =>
        Assert.That(await CountAsync(1000), Is.EqualTo("0 to 999: 499500"));

    [Test]
    public async Task What_a_method_throws_reaches_who_awaits_it([Values] bool late)
    {
        TaskCompletionSource gate = new();
        if (!late)
            gate.SetResult();
        Task<int> failing = FailAsync(gate.Task);
        gate.TrySetResult();
        InvalidOperationException thrown =
            (await Assert.ThrowsAsync<InvalidOperationException>(() => failing))!;
        Assert.That(thrown.Message, Is.EqualTo("no"));
        Assert.That(thrown.StackTrace, Does.Contain(nameof(FailAsync)));
        Assert.That(failing.IsFaulted);
    }

    [Test]
    public async Task A_method_that_ends_by_cancellation_is_cancelled()
    {
        using CancellationTokenSource source = new();
        Task waiting = WaitAsync(Task.Delay(Timeout.Infinite, source.Token));
        await source.CancelAsync();
        TaskCanceledException thrown =
            (await Assert.ThrowsAsync<TaskCanceledException>(() => waiting))!;
        Assert.That(waiting.IsCanceled);
        Assert.That(thrown.CancellationToken, Is.EqualTo(source.Token));
    }

    [Test]
    public async Task A_method_goes_on_in_the_context_in_which_it_began_to_wait()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _local.Value = "before";
        Task<string?> reading = ReadLocalAsync(gate.Task);
        _local.Value = "after";
        gate.SetResult();
        Assert.That(await reading, Is.EqualTo("before"));
        Assert.That(_local.Value, Is.EqualTo("after"));
    }

    [AsyncMethodBuilder(typeof(CoreNode.Platform.AsyncTaskMethodBuilder))]
    private static async Task WaitAsync(Task task) => await task;

    [AsyncMethodBuilder(typeof(CoreNode.Platform.AsyncTaskMethodBuilder<>))]
    private static async Task<int> AddAsync(Task<int> first, Task<int> second) =>
        await first + await second.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(CoreNode.Platform.AsyncTaskMethodBuilder<>))]
    private static async Task<string> CountAsync(int times)
    {
        int sum = 0;
        for (int i = 0; i < times; i++)
        {
            await Task.Yield();
            sum += i;
        }

        return $"0 to {times - 1}: {sum}";
    }

    [AsyncMethodBuilder(typeof(CoreNode.Platform.AsyncTaskMethodBuilder<>))]
    private static async Task<int> FailAsync(Task gate)
    {
        await gate;
        throw new InvalidOperationException("no");
    }

    [AsyncMethodBuilder(typeof(CoreNode.Platform.AsyncTaskMethodBuilder<>))]
    private async Task<string?> ReadLocalAsync(Task gate)
    {
        await gate;
        return _local.Value;
    }
}
