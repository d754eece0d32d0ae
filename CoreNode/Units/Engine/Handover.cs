using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>
/// When a replica's new copy has taken over from the one on the machine that it leaves (docs/decisions/0055). Two
/// copies of a replica may run, of a singleton never. Pure.
/// </summary>
internal static class Handover
{
    /// <summary>True for a unit whose old copy goes on until the new one works.</summary>
    public static bool IsPossible(UnitCase unit) =>
        unit is { ReplicaOf.Length: > 0, IsSingleton: false, HasSingletonEntry: false, IsWanted: true }
        && unit.Job!.Requirements.MachineOf.Count == 0;

    /// <summary>True if a claim's copy does its work, so far as can be known.</summary>
    public static bool IsReady(RegistryState registry, Job job, ScheduleEntry claim)
    {
        if (claim.State == ScheduleState.Revoked || StateOf(registry, claim) is not { } state)
            return false;
        return claim.State == ScheduleState.Loaded || state.IsReady(job.Requirements);
    }

    /// <summary>True if it has its job's content, too.</summary>
    public static bool IsReadyWithContent(RegistryState registry, UnitCase unit) =>
        unit is { Claim: { } claim, Job: { } job } && claim.Hash == job.Hash && IsReady(registry, job, claim);

    /// <summary>Why the copy on a machine does not do its work yet.</summary>
    public static string WhyNot(RegistryState registry, Job job, ScheduleEntry claim) =>
        StateOf(registry, claim) switch
        {
            null => "has not been started yet",
            { Reason.Length: > 0 } state => $"could not be started: {state.Reason}",
            { States.Active: "failed" } => "has failed",
            { States.Active: not "active" } => "does not run yet",
            { IsHealthy: not true } when job.Requirements.HasHealthCheck => "is not healthy",
            _ => "has not announced its keys yet",
        };

    /// <summary>What a machine says of a unit under its present claim and content; null: nothing yet.</summary>
    public static UnitStateRecord? StateOf(RegistryState registry, ScheduleEntry claim) =>
        registry.State(claim.Unit, claim.MachineId) is { } state && state.Hash == claim.Hash
        && state.ModifiedIndex >= claim.CreatedIndex ? state : null;
}
