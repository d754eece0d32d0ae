namespace CoreNode.Runner.Settings;

/// <summary>One command of a unit, split and with its specifiers resolved; variables are put in when it runs.</summary>
/// <param name="Path">The program: absolute, or a name to be looked for.</param>
/// <param name="Arguments">From argv[0] on.</param>
internal sealed record ExecCommand(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>Prefix `-`: its failure counts as success.</summary>
    public bool IgnoresFailure { get; init; }

    /// <summary>Prefix `:`: $ means nothing.</summary>
    public bool IsLiteral { get; init; }

    /// <summary>Prefixes `+`, `!` and `!!`: it runs as this program's own user.</summary>
    public bool IsPrivileged { get; init; }
}
