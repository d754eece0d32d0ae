namespace CoreNode.Updates.Omaha;

/// <summary>What a document may cost.</summary>
/// <param name="MaxBytes">Most bytes; who reads from a stream stops there.</param>
/// <param name="MaxElements">Most elements.</param>
/// <param name="MaxDepth">Most elements inside one another.</param>
/// <param name="MaxAttributes">Most attributes of one element.</param>
public sealed record MarkupLimits(int MaxBytes, int MaxElements, int MaxDepth, int MaxAttributes)
{
    /// <summary>For a request, as other servers limit it: a machine's is about 1 KiB.</summary>
    public static MarkupLimits Request { get; } = new(64 << 10, 1024, 12, 64);

    /// <summary>For a response, which may name many packages.</summary>
    public static MarkupLimits Response { get; } = new(1 << 20, 8192, 12, 64);
}
