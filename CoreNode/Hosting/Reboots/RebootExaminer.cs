using CoreNode.RebootLock;
using CoreNode.Reboots.Desk;
using CoreNode.Store;
using CoreNode.Units.Registry;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// Adds to what updates need what would keep this cluster from restarting its machines for them. Only reads. Any
/// thread.
/// </summary>
/// <param name="updates">What updates need.</param>
/// <param name="reboots">The reboots of this machine.</param>
internal sealed class RebootExaminer(IUpdateExaminer updates, RebootsModule reboots) : IUpdateExaminer
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(8);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UpdateFinding>> ExamineAsync(CancellationToken cancellation)
    {
        List<UpdateFinding> findings = [.. await updates.ExamineAsync(cancellation)];
        RebootStatusView view = reboots.Status;
        findings.AddRange(RebootFindings.OfStatus(view, reboots.Problem));
        if (reboots.Place is not { } place)
            return findings;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            findings.Add(RebootFindings.OfQuorum(await place.LookAsync(false, limit.Token), view));
            Semaphores locks = new(place.Store, TimeProvider.System);
            LockStatus status = await locks.ReadAsync(view.Group, limit.Token);
            findings.AddRange(RebootFindings.OfLock(status, TimeProvider.System.GetUtcNow()));
            findings.AddRange(RebootFindings.OfFailed(
                await new FailedReleases(place.Store).ListAsync(view.Group, limit.Token), view.Group));
            findings.AddRange(await CordonsAsync(place.Store, limit.Token));
        }
        catch (Exception fault) when (fault is RebootLockException or IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            findings.Add(UpdateFinding.Problem(
                "reboot lock",
                fault is OperationCanceledException ? "the store does not answer in time" : fault.Message,
                "corenode cluster health"));
        }

        return findings;
    }

    private static async Task<List<UpdateFinding>> CordonsAsync(IKvClient store, CancellationToken cancellation)
    {
        RegistryKeys keys = RegistryKeys.Default;
        List<UpdateFinding> findings = [];
        KvOutcome outcome = await store.GetAsync(
            keys.Machines, KvGetOptions.Plain with { IsRecursive = true }, cancellation);
        if (outcome is not KvOutcome.Done { Change.Node: { } machines })
            return findings;
        foreach (KvNode machine in machines.Nodes)
        {
            string id = machine.Key[(machine.Key.LastIndexOf('/') + 1)..];
            foreach (KvNode field in machine.Nodes)
            {
                if (field.Key == keys.MachineCordon(id) && RegistryValues.ReadCordon(field.Value ?? "") is { } cordon
                    && RebootFindings.OfCordon(id, cordon) is { } finding)
                {
                    findings.Add(finding);
                }
            }
        }

        return findings;
    }
}
