namespace CoreNode.Discovery;

/// <summary>What a search wants next.</summary>
public abstract record SearchStep
{
    private SearchStep()
    {
    }

    /// <summary>Ask the directory, and give <see cref="DirectorySearch.Next"/> its answer.</summary>
    public sealed record Ask(DirectoryRequest Request) : SearchStep;

    /// <summary>Wait, then call <see cref="DirectorySearch.Resume"/>.</summary>
    public sealed record Wait(TimeSpan Time, string Reason) : SearchStep;

    /// <summary>All are there and this machine is one of them; or it only looks.</summary>
    public sealed record Found(IReadOnlyList<FoundMember> Members) : SearchStep;

    /// <summary>The cluster has its members and this machine is not one of them.</summary>
    public sealed record Full(IReadOnlyList<FoundMember> Members) : SearchStep;

    /// <summary>It cannot go on; the reason says what to do.</summary>
    public sealed record Failed(string Reason) : SearchStep;
}
