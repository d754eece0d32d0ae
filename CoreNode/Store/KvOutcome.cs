namespace CoreNode.Store;

/// <summary>What became of a call to the store: exactly one of the nested cases.</summary>
public abstract record KvOutcome
{
    private KvOutcome()
    {
    }

    /// <summary>What became of it, for a message.</summary>
    public sealed override string ToString() => this switch
    {
        Refused refused => refused.Error.ToString(),
        Unreachable unreachable => unreachable.Reason,
        Unknown unknown => $"it may have been done: {unknown.Reason}",
        _ => "done",
    };

    /// <summary>It was done.</summary>
    public sealed record Done(KvChange Change) : KvOutcome;

    /// <summary>The store said no: key missing, compare failed and so on. For writes nothing was changed, except for
    /// code 300 (no quorum in time), after which it may still happen.</summary>
    public sealed record Refused(KvError Error) : KvOutcome;

    /// <summary>No endpoint could be reached: nothing was changed.</summary>
    public sealed record Unreachable(string Reason) : KvOutcome;

    /// <summary>The request was sent but no answer came: a write may or may not have happened.</summary>
    public sealed record Unknown(string Reason) : KvOutcome;
}
