namespace CoreNode.Updates.Omaha;

/// <summary>An attribute of a <see cref="MarkupElement"/>.</summary>
/// <param name="Name">As it is written, prefix included.</param>
/// <param name="Value">With its references replaced.</param>
public sealed record MarkupAttribute(string Name, string Value);
