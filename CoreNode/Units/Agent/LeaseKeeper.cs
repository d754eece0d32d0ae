using CoreNode.Store;

namespace CoreNode.Units.Agent;

/// <summary>
/// Renews a machine's lease, once a period, whether the one before was answered or not: a slow answer costs no lease,
/// for it counts from its question, and the next question may be answered sooner. Who was not reached is asked again
/// sooner.
/// </summary>
/// <param name="lease">The lease.</param>
/// <param name="renewal">Who renews.</param>
/// <param name="time">Timers; such as go on while the machine sleeps.</param>
/// <param name="bootTime">CLOCK_BOOTTIME.</param>
/// <param name="take">Takes each answer in, with the moment of its question.</param>
internal sealed class LeaseKeeper(
    IMachineLease lease, LeaseRenewal renewal, TimeProvider time, Func<TimeSpan> bootTime,
    Func<LeaseGrant, TimeSpan, CancellationToken, ValueTask> take)
{
    // An answer is waited for that long, in times between renewals; later it would be of no use.
    private const int AnswerPeriods = LeaseRule.RenewalsPerLease - 1;

    private readonly TimeSpan _period = renewal.Duration / LeaseRule.RenewalsPerLease;

    /// <summary>Renews until <paramref name="left"/> ends; none is on its way when this returns.</summary>
    public async Task RunAsync(Task left, CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task<LeaseGrant>> asked = [];
        while (!left.IsCompleted)
        {
            TimeSpan sent = bootTime();
            Task<LeaseGrant> answer = AskAsync(sent, end.Token);
            asked.Add(answer);
            await WaitAsync(sent + _period, answer, left, cancellation);
            if (answer.IsCompleted)
            {
                TimeSpan pause = (await answer).Kind == LeaseGrantKind.Unreachable ? _period / 4 : _period;
                await WaitAsync(sent + pause, left, left, cancellation);
            }

            foreach (Task<LeaseGrant> before in asked)
            {
                if (before.IsCompleted)
                    await before;
            }

            asked.RemoveAll(static task => task.IsCompleted);
        }

        // What is on its way must not come after the lease was given back.
        await end.CancelAsync();
        await Task.WhenAll((IEnumerable<Task>)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WaitAsync(TimeSpan moment, Task earlier, Task left, CancellationToken cancellation)
    {
        TimeSpan rest = moment - bootTime();
        if (rest <= TimeSpan.Zero)
            return;
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(earlier, left, Task.Delay(rest, time, done.Token));
        await done.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private async Task<LeaseGrant> AskAsync(TimeSpan sent, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = new(_period * AnswerPeriods, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        LeaseGrant grant;
        try
        {
            grant = await lease.RenewAsync(renewal, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            grant = new LeaseGrant(LeaseGrantKind.Unreachable, "no answer in time");
        }

        await take(grant, sent, cancellation);
        return grant;
    }
}
