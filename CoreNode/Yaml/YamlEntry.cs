namespace CoreNode.Yaml;

/// <summary>A key with its value as text, and where it stands (from 1). Lists are joined by commas.</summary>
public sealed record YamlEntry(string Key, string Value, long Line, long Column);
