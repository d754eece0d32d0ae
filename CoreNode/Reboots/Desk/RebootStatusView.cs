namespace CoreNode.Reboots.Desk;

/// <summary>How the reboot of this machine stands. Moments are seconds since 1970; 0: none.</summary>
public sealed record RebootStatusView
{
    /// <summary>Grows with each change.</summary>
    public long Number { get; init; }

    /// <summary>The stage, by its name in docs/reboots.md.</summary>
    public string Stage { get; init; } = "idle";

    /// <summary>Since when.</summary>
    public long StageSince { get; init; }

    /// <summary>Why it stands like that: one line without a full stop.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When something changes by time alone.</summary>
    public long NextAt { get; init; }

    /// <summary>Why a reboot is wanted; empty: it is not.</summary>
    public string Want { get; init; } = "";

    /// <summary>Who wants it: nobody, update, engine, sentinel, person.</summary>
    public string WantedBy { get; init; } = "nobody";

    /// <summary>Since when.</summary>
    public long Since { get; init; }

    /// <summary>The strategy that counts.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>True if it was set at run time.</summary>
    public bool IsStrategySet { get; init; }

    /// <summary>Where it comes from: default, flag, update.conf, order (set at run time).</summary>
    public string StrategyFrom { get; init; } = "";

    /// <summary>The windows as they were written; empty: it may restart at any time.</summary>
    public string Windows { get; init; } = "";

    /// <summary>Where they come from.</summary>
    public string WindowsFrom { get; init; } = "";

    /// <summary>The random time that it waits in its window; empty: none.</summary>
    public string Fuzz { get; init; } = "";

    /// <summary>Where it comes from.</summary>
    public string FuzzFrom { get; init; } = "";

    /// <summary>The group of the lock; empty: the default one.</summary>
    public string Group { get; init; } = "";

    /// <summary>Where it comes from.</summary>
    public string GroupFrom { get; init; } = "";

    /// <summary>Since when this machine holds it.</summary>
    public long LockSince { get; init; }

    /// <summary>How the machine restarts this time, as a person asked; empty: as the node is told.</summary>
    public string By { get; init; } = "";

    /// <summary>True if somebody accepted that something breaks.</summary>
    public bool IsOutageAccepted { get; init; }

    /// <summary>How the last one ended; empty: there was none.</summary>
    public string Ended { get; init; } = "";

    /// <summary>When.</summary>
    public long EndedAt { get; init; }

    /// <summary>True if it failed.</summary>
    public bool IsFailed { get; init; }

    /// <summary>Why this node does not restart its machine, whoever asks; empty: it does.</summary>
    public string Forbidden { get; init; } = "";
}
