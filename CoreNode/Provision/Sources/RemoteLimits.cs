namespace CoreNode.Provision.Sources;

/// <summary>What contents that a configuration names may take at most; whole contents are held in memory.</summary>
public sealed record RemoteLimits
{
    /// <summary>Bytes of one content, as it comes and unpacked.</summary>
    public int MostBytes { get; init; } = 32 << 20;

    /// <summary>Bytes of all contents of a machine.</summary>
    public long MostBytesTogether { get; init; } = 64 << 20;

    /// <summary>One content with all tries, where the configuration sets no shorter limit.</summary>
    public TimeSpan One { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>All contents of a machine.</summary>
    public TimeSpan Together { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Before the second try; each pause is twice the one before.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);
}
