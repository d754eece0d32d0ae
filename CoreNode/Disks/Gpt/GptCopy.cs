namespace CoreNode.Disks.Gpt;

/// <summary>One copy of a table as it was found.</summary>
public sealed record GptCopy
{
    /// <summary>Which one.</summary>
    public required GptRole Role { get; init; }

    /// <summary>The sector in which its header was looked for.</summary>
    public required ulong Sector { get; init; }

    /// <summary>What it says; null if it is damaged or not there.</summary>
    public GptTable? Table { get; init; }

    /// <summary>What is wrong with it; empty exactly if it can be used.</summary>
    public required IReadOnlyList<GptFault> Faults { get; init; }

    /// <summary>Its header, if that holds, whatever its entries are.</summary>
    internal GptHeader? Header { get; init; }
}
