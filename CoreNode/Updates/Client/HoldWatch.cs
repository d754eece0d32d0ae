using CoreNode.Platform;
using CoreNode.Updates.Client.Ports;

namespace CoreNode.Updates.Client;

/// <summary>
/// Looks, while heavy work is under way, whether it must wait: at once when there is a reason, and released only after
/// there has been none for some time, so that a store on the edge is not pushed over it again and again.
/// </summary>
internal sealed class HoldWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    private HoldWatch(Func<CancellationToken, Task> work) => _work = work(_end.Token);

    /// <summary>Begins.</summary>
    /// <param name="holds">What is looked at.</param>
    /// <param name="options">How often.</param>
    /// <param name="bootClock">The time.</param>
    /// <param name="told">What the lifecycle was told last.</param>
    /// <param name="tell">Tells a change.</param>
    public static HoldWatch Begin(
        IHolds holds, UpdateClientOptions options, TimeProvider bootClock, string told,
        Func<string, CancellationToken, ValueTask> tell) =>
        new(cancellation => RunAsync(holds, options, bootClock, told, tell, cancellation));

    /// <summary>Ends.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await _work.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _end.Dispose();
    }

    private static async Task RunAsync(
        IHolds holds, UpdateClientOptions options, TimeProvider bootClock, string told,
        Func<string, CancellationToken, ValueTask> tell, CancellationToken cancellation)
    {
        TimeSpan reasonAt = BootClock.Now(bootClock);
        while (true)
        {
            string reason = holds.Reason;
            TimeSpan now = BootClock.Now(bootClock);
            if (reason.Length > 0)
                reasonAt = now;
            // Another reason is no change: that it waits is what counts.
            bool isBegun = reason.Length > 0 && told.Length == 0;
            bool isOver = reason.Length == 0 && told.Length > 0 && now - reasonAt >= options.HoldRelease;
            if (isBegun || isOver)
            {
                told = reason;
                await tell(reason, cancellation);
            }

            await Task.Delay(options.HoldInterval, bootClock, cancellation);
        }
    }

    // In the loop's own order, and not on another thread: the simulator repeats it exactly.
    private void End() => _end.Cancel();
}
