using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Rollout;

/// <summary>What a machine that asks for an update is told.</summary>
public abstract record RolloutDecision
{
    private RolloutDecision()
    {
    }

    /// <summary>When it is to ask again; null: as it likes.</summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>
    /// It gets these, in order; all but the last are floors. What is granted (and counted) is the first one.
    /// </summary>
    /// <param name="Steps">At least one; more only if the machine takes several.</param>
    /// <param name="ReleaseId">Where they lead.</param>
    /// <param name="IsNew">False if it was granted the same before and lost the answer: not counted anew.</param>
    /// <param name="Why">How it came to pass the policy, for the history.</param>
    public sealed record Offer(
        IReadOnlyList<RolloutStep> Steps, string ReleaseId, bool IsNew, GrantKind Why) : RolloutDecision;

    /// <summary>There is one, not now.</summary>
    /// <param name="Held">
    /// The first reason that holds it; its time is when nothing holds it any more if nothing else happens until then,
    /// null where only a machine or an operator can change it.
    /// </param>
    public sealed record Hold(OmahaHold Held) : RolloutDecision;

    /// <summary>It runs what it is to run, or something newer.</summary>
    public sealed record UpToDate : RolloutDecision;

    /// <summary>It asks for something that makes no sense.</summary>
    /// <param name="AppStatus">Omaha's word for it, of the app's status.</param>
    /// <param name="Text">For the log: what is wrong.</param>
    public sealed record Refuse(string AppStatus, string Text) : RolloutDecision;
}
