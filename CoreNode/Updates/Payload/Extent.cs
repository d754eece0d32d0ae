namespace CoreNode.Updates.Payload;

/// <summary>Blocks of an image that lie one after the other.</summary>
/// <param name="Start">First block.</param>
/// <param name="Count">How many.</param>
public readonly record struct Extent(ulong Start, ulong Count)
{
    /// <summary>A <see cref="Start"/> that is nowhere; version 1 hides its signature behind it.</summary>
    public const ulong Hole = ulong.MaxValue;

    /// <summary>Blocks of all extents together; they have been checked, so the sum fits.</summary>
    public static ulong Blocks(ReadOnlySpan<Extent> extents)
    {
        ulong blocks = 0;
        foreach (Extent extent in extents)
            blocks += extent.Count;
        return blocks;
    }
}
