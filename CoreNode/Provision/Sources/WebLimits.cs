namespace CoreNode.Provision.Sources;

/// <summary>What one request may take at most.</summary>
public sealed record WebLimits
{
    /// <summary>Until a connection is there.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The whole of it, redirects and the answer's last byte included.</summary>
    public TimeSpan Whole { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Until the head of an answer is there; null: as long as the whole of it.</summary>
    public TimeSpan? Head { get; init; }

    /// <summary>Bytes of an answer.</summary>
    public int Bytes { get; init; } = 4 << 20;

    /// <summary>Redirects that are followed, where any are.</summary>
    public int Redirects { get; init; } = 10;
}
