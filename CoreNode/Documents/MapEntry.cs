namespace CoreNode.Documents;

/// <summary>One key of a map, where the key stands, and its value.</summary>
public sealed record MapEntry(string Key, TextPlace Place, DocumentNode Value);
