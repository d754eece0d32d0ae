using CoreNode.Documents;

namespace CoreNode.Yaml;

/// <summary>A key with its value as text, and where the key stands. Lists are joined by commas.</summary>
public sealed record YamlEntry(string Key, string Value, TextPlace Place);
