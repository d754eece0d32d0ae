namespace CoreNode.Reboots;

/// <summary>Where the reboot of a machine stands: saved, all but <see cref="Live"/>, before each step.</summary>
public sealed record RebootState
{
    /// <summary>Of a machine that has never restarted by this node.</summary>
    public static readonly RebootState Initial = new();

    /// <summary>The stage.</summary>
    public RebootStage Stage { get; init; }

    /// <summary>What is done in it.</summary>
    public RebootStepKind Step { get; init; }

    /// <summary>Since when the stage is that one.</summary>
    public DateTimeOffset? StageSince { get; init; }

    /// <summary>What it is done for.</summary>
    public RebootWant Want { get; init; } = RebootWant.None;

    /// <summary>Since when that is wanted.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>True if somebody accepted that something breaks.</summary>
    public bool IsOutageAccepted { get; init; }

    /// <summary>How the machine restarts this time, as a person asked; empty: as the node is told.</summary>
    public string By { get; init; } = "";

    /// <summary>The group of the lock that was asked for: it is given back there, whatever settings say then.</summary>
    public string Group { get; init; } = "";

    /// <summary>True if the state was lost, and with it which group's lock may be held: it is looked for.</summary>
    public bool IsGroupLost { get; init; }

    /// <summary>True from before the lock is asked for until it is known to be given back.</summary>
    public bool IsLockAsked { get; init; }

    /// <summary>Since when it is held; null: it is not known to be.</summary>
    public DateTimeOffset? LockSince { get; init; }

    /// <summary>True from before the machine is cordoned until it is known to take units again.</summary>
    public bool IsCordonAsked { get; init; }

    /// <summary>The boot of the machine in which this was saved.</summary>
    public string BootId { get; init; } = "";

    /// <summary>The strategy that was set at run time; null: the settings'.</summary>
    public RebootStrategy? Strategy { get; init; }

    /// <summary>Other rules that were set at run time.</summary>
    public OrderedRules Rules { get; init; } = OrderedRules.None;

    /// <summary>A wish that a person cancelled: not taken again while it is the same.</summary>
    public string Dismissed { get; init; } = "";

    /// <summary>A wish for which the machine has restarted.</summary>
    public string Served { get; init; } = "";

    /// <summary>When it had.</summary>
    public DateTimeOffset? ServedAt { get; init; }

    /// <summary>Until when this machine waits in this window, so that not all begin at once; null: not drawn.</summary>
    public DateTimeOffset? FuzzUntil { get; init; }

    /// <summary>When those who are logged in were told; null: not yet.</summary>
    public DateTimeOffset? WarnedAt { get; init; }

    /// <summary>How often the step has failed.</summary>
    public int Failures { get; init; }

    /// <summary>True if it begins anew once everything is given back.</summary>
    public bool IsAgain { get; init; }

    /// <summary>Why it turned back, or what was odd about the restart; empty: nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>How the last one ended.</summary>
    public RebootOutcome Outcome { get; init; } = RebootOutcome.None;

    /// <summary>What is not saved.</summary>
    public RebootLive Live { get; init; } = RebootLive.None;

    /// <summary>The strategy that counts.</summary>
    public RebootStrategy StrategyOf(RebootSettings settings) => Strategy ?? settings.Strategy;

    /// <summary>True if a file of the other one says the same.</summary>
    public bool IsSavedAs(RebootState other) =>
        this with { Live = RebootLive.None } == other with { Live = RebootLive.None };
}
