using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>
/// Feeds the service manager's watchdog, but only while the node's loop goes round: a node that hangs is restarted.
/// </summary>
internal static class Watchdog
{
    internal static async Task RunAsync(
        ServiceManager manager, Func<long> readRounds, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        if (manager.WatchdogInterval is not { } interval)
            return;
        using PeriodicTimer timer = new(interval / 3, time);
        long seen = -1;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                long rounds = readRounds();
                if (rounds != seen)
                    manager.Alive();
                else
                    logger.LoopSilent();
                seen = rounds;
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
