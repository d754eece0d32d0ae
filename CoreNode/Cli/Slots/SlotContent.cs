namespace CoreNode.Cli.Slots;

/// <summary>What a slot says of itself.</summary>
public sealed record SlotContent
{
    /// <summary>One word: absent, damaged, newer, untrusted, trusted.</summary>
    public required string State { get; init; }

    /// <summary>Why it is damaged or not trusted; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The version of what it holds; null if it does not say.</summary>
    public string? Version { get; init; }

    /// <summary>Its counter.</summary>
    public ulong? Counter { get; init; }

    /// <summary>The kind of machine that it is for.</summary>
    public string? Board { get; init; }

    /// <summary>Root hash of dm-verity, hexadecimal.</summary>
    public string? RootHash { get; init; }

    /// <summary>The kernels in it, each with its SHA-256 in hexadecimal.</summary>
    public IReadOnlyList<(string Path, string Sha256)> Kernels { get; init; } = [];
}
