using CoreNode.Api.Peers.Requests;
using CoreNode.RebootLock;
using CoreNode.Units.Registry;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>
/// Finds everything that would keep this cluster from updating itself: asks each machine, side by side and for a few
/// seconds, and looks at what they share, the lock, failed releases and cordons. Only reads. Any thread.
/// </summary>
/// <param name="machine">Looks at this machine.</param>
internal sealed class ClusterExaminer(MachineExaminer machine) : IUpdateExaminer
{
    private static readonly TimeSpan s_registry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_lock = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UpdateFinding>> ExamineAsync(CancellationToken cancellation)
    {
        MachineReport own = await machine.ReportAsync(cancellation);
        List<UpdateFinding> findings = [.. own.Findings];
        if (machine.Reboots.Place is { } place)
        {
            RegistryState? registry = await RegistryAsync(place, cancellation);
            findings.AddRange((await SharedAsync(place, own, [], registry, cancellation)).All);
        }

        return findings;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UpdateFinding>> ExamineClusterAsync(CancellationToken cancellation)
    {
        if (machine.Reboots.Place is not { } place)
            return await ExamineAsync(cancellation);
        Task<MachineReport> looking = machine.ReportAsync(cancellation);
        RegistryState? registry = await RegistryAsync(place, cancellation);
        List<AskedMachine> others = ClusterFindings.Machines(place.Others(), registry, machine.Machine);
        MachineAnswer[] answers = await AskAsync(place.Requests(), others, cancellation);
        MachineReport own = await looking;
        SharedFindings shared = await SharedAsync(place, own, answers, registry, cancellation);
        List<UpdateFinding> findings = shared.All;
        if (others.Count == 0)
        {
            findings.InsertRange(0, own.Findings);
            return findings;
        }

        findings.AddRange(ClusterFindings.OfVersions(own, answers));
        findings.AddRange(ClusterFindings.OfMachine(own, own.Name.Length > 0 ? own.Name : own.Machine));
        foreach (MachineAnswer answer in answers)
            findings.AddRange(ClusterFindings.OfAnswer(answer, shared.MayRestart));
        return findings;
    }

    private static async Task<MachineAnswer[]> AskAsync(
        NodeRequests? requests, List<AskedMachine> machines, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_answer);
        Task<MachineAnswer>[] asking = new Task<MachineAnswer>[machines.Count];
        for (int i = 0; i < asking.Length; i++)
        {
            string problem = requests is null ? "this node does not know its cluster yet"
                : i >= ClusterFindings.MostAsked ? "it was not asked, as so many are" : "";
            asking[i] = problem.Length > 0
                ? Task.FromResult(new MachineAnswer(machines[i], null, problem))
                : DoctorService.AskAsync(requests!, machines[i], limit.Token);
        }

        MachineAnswer[] answers = await Task.WhenAll(asking);
        cancellation.ThrowIfCancellationRequested();
        return answers;
    }

    private async Task<RegistryState?> RegistryAsync(RebootsPlace place, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_registry);
        try
        {
            return await machine.Reboots.Drains(place).ReadAllAsync(limit.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    // What all share, and whether a machine that nobody hears of has just taken the lock.
    private static async Task<SharedFindings> SharedAsync(
        RebootsPlace place, MachineReport own, IReadOnlyList<MachineAnswer> answers, RegistryState? registry,
        CancellationToken cancellation)
    {
        List<UpdateFinding> findings = [];
        bool mayRestart = false;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_lock);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        try
        {
            foreach (string group in ClusterFindings.Groups(own, answers))
            {
                LockStatus status = await new Semaphores(place.Store, TimeProvider.System).ReadAsync(
                    group, limit.Token);
                findings.AddRange(RebootFindings.OfLock(
                    status, now, group,
                    holder => ClusterFindings.PlaceOf(holder, now, own, answers, registry)));
                foreach (LockHolder holder in status.Holders)
                {
                    mayRestart |= now - holder.Since < RebootFindings.Restarting
                        && ClusterFindings.PlaceOf(holder, now, own, answers, registry) != HolderPlace.Here;
                }

                findings.AddRange(RebootFindings.OfFailed(
                    await new FailedReleases(place.Store).ListAsync(group, limit.Token), group));
            }
        }
        catch (Exception fault) when (fault is RebootLockException or IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            findings.Add(UpdateFinding.Problem(
                "reboot lock",
                fault is OperationCanceledException ? "the store does not answer in time" : fault.Message,
                "corenode cluster health"));
        }

        if (registry is not null)
            findings.AddRange(ClusterFindings.OfCordons(registry));
        return new SharedFindings(findings, mayRestart);
    }

    private sealed record SharedFindings(List<UpdateFinding> All, bool MayRestart);
}
