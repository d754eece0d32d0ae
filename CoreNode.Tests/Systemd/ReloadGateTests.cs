using CoreNode.Systemd;

namespace CoreNode.Tests.Systemd;

/// <summary>Many wishes, few reloads; each wish gets one that began after it.</summary>
[TestFixture, Category("Unit")]
internal sealed class ReloadGateTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Who_asks_while_one_runs_gets_the_next_together_with_the_others()
    {
        Queue<TaskCompletionSource> runs = new();
        SemaphoreSlim began = new(0);
        ReloadGate gate = new(
            _ =>
            {
                TaskCompletionSource run = new();
                runs.Enqueue(run);
                began.Release();
                return run.Task;
            },
            TimeProvider.System);
        Task first = gate.RequestAsync(CancellationToken.None);
        Assert.That(await began.WaitAsync(s_patience));
        Task[] later = [.. Enumerable.Range(0, 50).Select(_ => gate.RequestAsync(CancellationToken.None))];
        runs.Dequeue().SetResult();
        await first.WaitAsync(s_patience);
        Assert.That(later.Any(t => t.IsCompleted), Is.False);
        Assert.That(await began.WaitAsync(s_patience));
        runs.Dequeue().SetResult();
        await Task.WhenAll(later).WaitAsync(s_patience);
        Assert.That(gate.Count, Is.EqualTo(2));
        began.Dispose();
    }

    [Test]
    public async Task Who_is_about_to_ask_is_waited_for()
    {
        int reloads = 0;
        ReloadGate gate = new(
            _ =>
            {
                reloads++;
                return Task.CompletedTask;
            },
            TimeProvider.System);
        gate.BeginComing();
        Task first = gate.RequestAsync(CancellationToken.None);
        Task second = gate.RequestAsync(CancellationToken.None);
        gate.EndComing();
        await Task.WhenAll(first, second).WaitAsync(s_patience);
        Assert.That(reloads, Is.EqualTo(1));
    }

    [Test]
    public async Task A_failure_is_told_to_who_asked_and_the_next_one_is_tried()
    {
        bool fails = true;
        ReloadGate gate = new(
            _ => fails ? Task.FromException(new BusException("x", "refused")) : Task.CompletedTask,
            TimeProvider.System);
        await Assert.ThatAsync(
            () => gate.RequestAsync(CancellationToken.None).WaitAsync(s_patience), Throws.TypeOf<BusException>());
        fails = false;
        await gate.RequestAsync(CancellationToken.None).WaitAsync(s_patience);
        Assert.That(gate.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task One_that_gives_up_leaves_it_to_the_others()
    {
        TaskCompletionSource run = new();
        ReloadGate gate = new(_ => run.Task, TimeProvider.System);
        using CancellationTokenSource impatient = new();
        Task given = gate.RequestAsync(impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThatAsync(() => given, Throws.InstanceOf<OperationCanceledException>());
        Task kept = gate.RequestAsync(CancellationToken.None);
        run.SetResult();
        await kept.WaitAsync(s_patience);
    }
}
