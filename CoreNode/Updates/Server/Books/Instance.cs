using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// A machine in memory: one object and the rollout's value of it, some 250 bytes, and its history only in the database.
/// Owned by the ledger.
/// </summary>
internal sealed class Instance(long number, AppBook app, RolloutMachine machine, InstanceKind kind, Source source)
{
    /// <summary>Its number in the database; grows with each new machine.</summary>
    public long Number { get; } = number;

    public AppBook App { get; } = app;

    /// <summary>The group that it counts to; null for none.</summary>
    public GroupBook? Group { get; set; }

    /// <summary>What rollouts know of it, its id included.</summary>
    public RolloutMachine Machine { get; set; } = machine;

    public InstanceKind Kind { get; set; } = kind;

    public Source Source { get; set; } = source;

    public string Alias { get; set; } = "";

    /// <summary>Seconds since 1970.</summary>
    public long FirstSeen { get; init; }

    /// <summary>Seconds since 1970; newer than what the database has for a while.</summary>
    public long LastSeen { get; set; }

    /// <summary>Events that were written of it since it is known.</summary>
    public int Events { get; set; }

    /// <summary>Tells whether it says the same again; 0 after a start.</summary>
    public int LastTold { get; set; }

    /// <summary>What is above differs from the database.</summary>
    public bool IsChanged { get; set; }

    /// <summary>The last sign of it is not in the database yet.</summary>
    public bool IsSignNew { get; set; }

    /// <summary>It was forgotten.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>The call that has kept what it was before, see <see cref="Changes"/>.</summary>
    public long KeptBy { get; set; }

    /// <summary>
    /// Nobody would miss it: seen once, never granted anything, and no administrator said something about it.
    /// </summary>
    public bool IsNewcomer =>
        !IsForgotten && LastSeen == FirstSeen && Machine.ReleaseId.Length == 0 && Machine.Override is null;
}
