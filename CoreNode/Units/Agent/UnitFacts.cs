using CoreNode.Foundation;
using CoreNode.Units.Manager;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// Everything that the agent knows of one unit: what is wanted, what is seen, what is being done. Owned by
/// <see cref="AgentCore"/>; <see cref="AgentPlanner"/> reads it. Moments are of CLOCK_BOOTTIME.
/// </summary>
public sealed class UnitFacts(string name)
{
    /// <summary>Full name.</summary>
    public string Name { get; } = name;

    /// <summary>What is wanted; null: nothing.</summary>
    public ScheduleEntry? Entry { get; set; }

    /// <summary>Index of the last change that was taken in, so that older news is known as such.</summary>
    public StoreIndex EntryIndex { get; set; }

    /// <summary>
    /// It went from launched to loaded and back while it ran: it is owed a restart (fleetctl restart).
    /// </summary>
    public bool IsRestartOwed { get; set; }

    /// <summary>When its entry went from launched to loaded; null: it did not.</summary>
    public TimeSpan? LoadedAt { get; set; }

    /// <summary>As its manager sees it; null: unknown there.</summary>
    public UnitObservation? Observed { get; set; }

    /// <summary>What must outlive this process.</summary>
    public UnitNote Note { get; set; } = UnitNote.None;

    /// <summary>Its text, once it was fetched.</summary>
    public AgentText? Text { get; set; }

    /// <summary>Why it could not be loaded, for people; empty if nothing is wrong.</summary>
    public string Problem { get; set; } = "";

    /// <summary>Fetch, load, unload, stop or the removal of its entry, while it is being done.</summary>
    public AgentStep? Acting { get; set; }

    /// <summary>Start or restart, while it is being done.</summary>
    public AgentStep? Starting { get; set; }

    /// <summary>It was stopped while it was being started: the start's end means nothing.</summary>
    public bool IsStartOvertaken { get; set; }

    /// <summary>It is being killed.</summary>
    public AgentStep? Killing { get; set; }

    /// <summary>Failures in a row of what acts on it.</summary>
    public int Failures { get; set; }

    /// <summary>Nothing acts on it before that.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>It is to be started but waits for those that it follows, since then.</summary>
    public TimeSpan? WaitingSince { get; set; }

    /// <summary>It waits for one that it follows, as found last.</summary>
    public bool MustWait { get; set; }

    /// <summary>What stands in the store of it; null: not known.</summary>
    public PublishedState? Published { get; set; }

    /// <summary>Publishing, while it is being done.</summary>
    public AgentStep? Publishing { get; set; }

    /// <summary>Failures in a row of publishing.</summary>
    public int PublishFailures { get; set; }

    /// <summary>Nothing is published before that.</summary>
    public TimeSpan PublishNotBefore { get; set; }

    /// <summary>Changes that may still be published at once.</summary>
    public int PublishAllowance { get; set; } = StateRule.Burst;

    /// <summary>When the allowance was counted last.</summary>
    public TimeSpan AllowanceAt { get; set; }

    /// <summary>Whether its announced keys stand.</summary>
    public AnnounceState Announced { get; set; }

    /// <summary>The keys that stand by this machine's hand, or may, with what was written there.</summary>
    public IReadOnlyList<UnitAnnouncement> AnnouncedKeys { get; set; } = [];

    /// <summary>
    /// An earlier process announced them, and this one has neither announced nor withdrawn anything of it yet.
    /// </summary>
    public bool IsAnnouncedBefore { get; set; }

    /// <summary>Announcing or withdrawing, while it is being done.</summary>
    public AgentStep? Announcing { get; set; }

    /// <summary>
    /// Its keys were written, as far as is known, and nobody has begun to withdraw them: what others are told.
    /// </summary>
    public bool IsToldAnnounced { get; set; }

    /// <summary>When its keys were withdrawn; null: they were not, or were written again.</summary>
    public TimeSpan? WithdrawnAt { get; set; }

    /// <summary>Failures in a row of announcing.</summary>
    public int AnnounceFailures { get; set; }

    /// <summary>Nothing is announced or withdrawn before that.</summary>
    public TimeSpan AnnounceNotBefore { get; set; }

    /// <summary>Its stop waits since then for its keys to be withdrawn.</summary>
    public TimeSpan? WithdrawingSince { get; set; }

    /// <summary>What is known of its health.</summary>
    public UnitHealth Health { get; set; }

    /// <summary>When it became active; null: it is not.</summary>
    public TimeSpan? ActiveAt { get; set; }

    /// <summary>Bad checks in a row.</summary>
    public int BadChecks { get; set; }

    /// <summary>A check, while it runs.</summary>
    public AgentStep? Checking { get; set; }

    /// <summary>When the next one is due.</summary>
    public TimeSpan CheckAt { get; set; }

    /// <summary>When to look at it again; null: when something happens.</summary>
    public TimeSpan? WakeAt { get; set; }

    /// <summary>It is not as it is to be since then; null: it is.</summary>
    public TimeSpan? UnsettledSince { get; set; }

    /// <summary>
    /// True if it is as it is to be, or was started as asked for: what becomes of it then is its manager's business.
    /// </summary>
    public bool IsSettled => Acting is null && Starting is null && Killing is null && Failures == 0 && Entry switch
    {
        { State: ScheduleState.Launched } => Observed is not null && Note.IsStarted,
        { State: ScheduleState.Loaded } => Observed is not null && !Note.IsStarted,
        _ => Observed is null,
    };

    /// <summary>True if it has processes, or may: neither inactive nor failed.</summary>
    public bool IsUp => Observed is { States.Active: not ("inactive" or "failed") };

    /// <summary>True if it runs.</summary>
    public bool IsActive => Observed is { States.Active: "active" or "reloading" or "refreshing" };

    /// <summary>True for a singleton, or one that was loaded as such.</summary>
    public bool IsFenced => Entry is { IsSingleton: true } || Note.Claim != 0;

    /// <summary>True while something is done about it.</summary>
    public bool IsBusy =>
        Acting is not null || Starting is not null || Killing is not null || Publishing is not null
        || Announcing is not null || Checking is not null;

    /// <summary>True if nobody can be hurt by being sent to it.</summary>
    public bool IsServing =>
        IsActive && (Text is not { Requirements.HasHealthCheck: true } || Health == UnitHealth.Healthy);

    /// <summary>True once nothing of it stands in the store by this machine's hand.</summary>
    public bool IsClean => Published == PublishedState.None;
}
