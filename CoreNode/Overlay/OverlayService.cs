using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Net;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Overlay;

/// <summary>
/// The overlay networks of this machine (docs/overlay.md, docs/decisions/0062): for each a loop that keeps the own
/// lease and what the kernel has of the others'. When it stops everything stays in place, so traffic goes on.
/// </summary>
public sealed class OverlayService
{
    private static readonly TimeSpan s_kernelRetry = TimeSpan.FromSeconds(1);

    private readonly OverlayServiceParts _parts;
    private readonly OverlayLoop[] _loops;

    /// <summary>A service that does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="options">How this machine takes part.</param>
    /// <param name="client">The store.</param>
    /// <param name="network">The kernel; disposed by its maker.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="chance">Chooses subnets and spreads what machines do.</param>
    /// <param name="leased">
    /// Writes what containers have to know of a network, by its name, whenever that is new. Says what went wrong, or
    /// nothing; then it is asked again.
    /// </param>
    /// <param name="logger">Told of what happens.</param>
    public OverlayService(
        OverlayOptions options, IKvClient client, IMachineNetwork network, TimeProvider time, Prng chance,
        Func<string, SubnetEnv, string> leased, ILogger<OverlayService> logger)
    {
        NetworkClaims claims = new(options.Networks, options.IsMasqueraded);
        _parts = new OverlayServiceParts(
            options, client, new SerialNetwork(network), claims, time, chance, leased, logger);
        _loops = new OverlayLoop[options.Networks.Count];
        for (int index = 0; index < _loops.Length; index++)
            _loops[index] = new OverlayLoop(_parts, options.Networks[index]);
    }

    /// <summary>How each network stands. Any thread.</summary>
    public IReadOnlyList<OverlayStatus> Status => Array.ConvertAll(_loops, static loop => loop.Status);

    /// <summary>Runs until cancelled. To be called once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Task> tasks = [WatchKernelAsync(ending.Token)];
        foreach (OverlayLoop loop in _loops)
            tasks.Add(loop.RunAsync(ending.Token));
        try
        {
            // None of them ends by itself: one that does takes the others with it.
            await await Task.WhenAny(tasks);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The node stops.
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchKernelAsync(CancellationToken stop)
    {
        while (true)
        {
            bool isMute = false;
            try
            {
                await _parts.Network.WaitForChangeAsync(stop);
            }
            catch (NetworkException)
            {
                // The loops say so: they ask the same kernel.
                isMute = true;
            }

            foreach (OverlayLoop loop in _loops)
                loop.KernelChanged();
            if (isMute)
                await Task.Delay(s_kernelRetry, _parts.Time, stop);
        }
    }
}
