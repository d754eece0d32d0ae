namespace CoreNode.Discovery;

/// <summary>What a search came to.</summary>
public abstract record SearchOutcome
{
    private SearchOutcome()
    {
    }

    /// <summary>The members, this machine among them unless it only looked.</summary>
    /// <param name="Members">All of them, in the same order on each machine.</param>
    /// <param name="Self">This machine as the others know it; null if it is none of them.</param>
    public sealed record Found(IReadOnlyList<FoundMember> Members, FoundMember? Self) : SearchOutcome;

    /// <summary>It cannot be one of them; the reason says what to do.</summary>
    public sealed record Failed(string Reason) : SearchOutcome;
}
