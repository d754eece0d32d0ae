namespace CoreNode.Reboots;

/// <summary>Something that happened. Those of a step have its number.</summary>
public abstract record RebootFact
{
    private RebootFact()
    {
    }

    /// <summary>The node has started; before all others.</summary>
    /// <param name="BootId">The boot of the machine.</param>
    /// <param name="IsStateLost">True if there was a state, and it cannot be used.</param>
    public sealed record Started(string BootId, bool IsStateLost) : RebootFact;

    /// <summary>It is as late as the last decision asked for, or the settings are others.</summary>
    public sealed record TimePassed : RebootFact;

    /// <summary>What others than people want now.</summary>
    public sealed record WantSeen(RebootWant Want) : RebootFact;

    /// <summary>A person wants it now.</summary>
    /// <param name="Reason">Why; may be empty.</param>
    /// <param name="IsOutageAccepted">True if what breaks is accepted with it.</param>
    /// <param name="By">How it restarts this time; empty: as the node is told.</param>
    public sealed record Asked(string Reason, bool IsOutageAccepted, string By = "") : RebootFact;

    /// <summary>A person accepts what breaks.</summary>
    public sealed record OutageAccepted : RebootFact;

    /// <summary>A person does not want it.</summary>
    public sealed record Cancelled : RebootFact;

    /// <summary>A person chose a strategy; null: the settings' again.</summary>
    public sealed record StrategySet(RebootStrategy? Strategy) : RebootFact;

    /// <summary>A person set another rule.</summary>
    /// <param name="Rule">Which one.</param>
    /// <param name="Value">Holds what it is from now on.</param>
    public sealed record RuleSet(RebootRule Rule, OrderedRules Value) : RebootFact;

    /// <summary>What would break.</summary>
    public sealed record Looked(long Step, RebootPermission Permission) : RebootFact;

    /// <summary>What a step waits for.</summary>
    public sealed record Told(long Step, string Text) : RebootFact;

    /// <summary>A step is done: the lock is held, leadership elsewhere, no unit left …</summary>
    public sealed record Done(long Step) : RebootFact;

    /// <summary>Who is logged in; they were told.</summary>
    public sealed record Warned(long Step, string Names) : RebootFact;

    /// <summary>How healthy the machine is after its restart.</summary>
    public sealed record Judged(long Step, RebootVerdict Verdict, string Why) : RebootFact;

    /// <summary>A step failed.</summary>
    public sealed record StepFailed(long Step, string Text) : RebootFact;
}
