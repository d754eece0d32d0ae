using CoreNode.Hosting.Updates;
using CoreNode.Reboots;
using CoreNode.Reboots.Service.Ports;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// A machine is healthy after a restart when its update, if there was one, is marked good or went back, and its node is
/// in its cluster.
/// </summary>
/// <param name="updates">The update client's status.</param>
/// <param name="hasClient">False if the machine has no slots; null: not known yet.</param>
/// <param name="place">What the node says of itself.</param>
internal sealed class MachineGate(Func<UpdateStatusView> updates, Func<bool?> hasClient, UpdatesPlace place) : IGate
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<GateLook> LookAsync(CancellationToken cancellation)
    {
        if (place.NodeProblem() is { Length: > 0 } node)
            return new GateLook(RebootVerdict.Unhealthy, node);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            if (await place.ClusterProblem(limit.Token) is { Length: > 0 } cluster)
                return new GateLook(RebootVerdict.Unhealthy, cluster);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new GateLook(RebootVerdict.Unhealthy, "the cluster does not answer in time");
        }

        UpdateStatusView view = updates();
        if (hasClient() == false)
            return new GateLook(RebootVerdict.Healthy, "");
        if (view.Stage.Length == 0 || hasClient() is null)
            return new GateLook(RebootVerdict.Waiting, view.Reason);
        return view.Stage is "judging" or "rolling-back"
            ? new GateLook(RebootVerdict.Waiting, view.Reason)
            : new GateLook(RebootVerdict.Healthy, $"{view.RunningVersion} runs");
    }
}
