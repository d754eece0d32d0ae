namespace CoreNode.Discovery;

/// <summary>What the token service gives to whoever can reach it; each limit has its own refusal.</summary>
public sealed record TokenLimits
{
    /// <summary>Size of a token's cluster if none is asked for, as discovery.etcd.io's.</summary>
    public const int DefaultSize = 3;

    /// <summary>How long a token lives.</summary>
    public TimeSpan TokenTtl { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Most tokens at a time.</summary>
    public int MaxTokens { get; init; } = 10_000;

    /// <summary>Most keys of all tokens together.</summary>
    public long MaxKeys { get; init; } = 250_000;

    /// <summary>Most machines that may write themselves down below one token.</summary>
    public int MaxEntriesPerToken { get; init; } = 256;

    /// <summary>Longest value of an entry.</summary>
    public int MaxValueBytes { get; init; } = 2048;

    /// <summary>New tokens that one client may have in a minute.</summary>
    public int TokensPerMinute { get; init; } = 10;

    /// <summary>Most watches that wait at a time.</summary>
    public int MaxWatches { get; init; } = 10_000;
}
