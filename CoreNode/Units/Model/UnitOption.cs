namespace CoreNode.Units.Model;

/// <summary>One line of a unit file: [Section] Name=Value, continuation lines joined, the value otherwise as written.</summary>
public readonly record struct UnitOption(string Section, string Name, string Value);
