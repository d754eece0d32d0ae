namespace CoreNode.Units.Model;

/// <summary>
/// One assignment of a unit file: [Section] Name=Value. A value that was written over several lines keeps its
/// continuations (a backslash and a line end), because the hash is taken of them; <see cref="JoinedValue"/> is what
/// it means.
/// </summary>
public readonly record struct UnitOption(string Section, string Name, string Value)
{
    /// <summary>The value on one line: every continuation is one space (systemd.syntax(7)).</summary>
    public string JoinedValue =>
        Value.Contains('\n', StringComparison.Ordinal)
            ? Value.Replace("\\\n", " ", StringComparison.Ordinal).Trim()
            : Value;
}
