namespace CoreNode.Documents;

/// <summary>A list.</summary>
public sealed class ListNode(IReadOnlyList<DocumentNode> items, TextPlace place) : DocumentNode(place)
{
    /// <summary>Its items in their order.</summary>
    public IReadOnlyList<DocumentNode> Items { get; } = items;

    /// <inheritdoc/>
    public override string Form => "a list";
}
