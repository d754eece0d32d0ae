namespace CoreNode.Updates.Desk;

/// <summary>How attempts ended, oldest first.</summary>
/// <param name="Entries">The attempts that are remembered.</param>
public sealed record UpdateHistoryView(IReadOnlyList<UpdateHistoryItem> Entries)
{
    /// <summary>No attempt yet.</summary>
    public static readonly UpdateHistoryView Empty = new([]);
}
