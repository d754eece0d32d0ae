using CoreNode.Reboots;
using CoreNode.Reboots.Desk;
using CoreNode.Units.Drains;
using CoreNode.Units.Registry;
using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>
/// Looks at what keeps this machine from updating itself. Only reads, a few seconds long. Any thread.
/// </summary>
/// <param name="updates">What updates need.</param>
/// <param name="desk">How they stand.</param>
/// <param name="reboots">The reboots of this machine.</param>
/// <param name="self">Machine id, name and version; the rest is found.</param>
internal sealed class MachineExaminer(
    IUpdateExaminer updates, IUpdateDesk desk, RebootsModule reboots, MachineReport self)
{
    private const string Store = "the store";

    // Other members have 5 s to say whether they are well.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5.5);

    /// <summary>This machine's id.</summary>
    public string Machine => self.Machine;

    /// <summary>The reboots of this machine.</summary>
    public RebootsModule Reboots => reboots;

    /// <summary>Looks.</summary>
    public async Task<MachineReport> ReportAsync(CancellationToken cancellation)
    {
        Task<List<UpdateFinding>> breaking = BreakingAsync(cancellation);
        List<UpdateFinding> findings = [.. await updates.ExamineAsync(cancellation)];
        RebootStatusView view = reboots.Status;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        findings.AddRange(RebootFindings.OfStatus(view, reboots.Problem));
        if (RebootFindings.OfNextWindow(view, now) is { } window)
            findings.Add(window);
        if (RebootFindings.OfWait(view, now) is { } wait)
            findings.Add(wait);
        findings.AddRange(await breaking);
        return self with { Release = desk.Status.RunningVersion, Group = view.Group, Findings = findings };
    }

    // What would break without this machine.
    private async Task<List<UpdateFinding>> BreakingAsync(CancellationToken cancellation)
    {
        if (reboots.Place is not { } place)
            return [];
        List<UpdateFinding> findings = [];
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            RebootPermission store = await place.LookAsync(false, limit.Token);
            findings.Add(RebootFindings.OfQuorum(store, reboots.Status));
            RegistryState registry = await reboots.Drains(place).ReadAllAsync(limit.Token);
            findings.AddRange(RebootFindings.OfSingletons(OnlyPlaces.Of(registry, self.Machine)));
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            findings.Add(UpdateFinding.Problem(
                Store, fault is IOException ? fault.Message : "it does not answer in time", "corenode cluster health"));
        }

        return findings;
    }
}
