namespace CoreNode.Tests.Architecture;

/// <summary>Something of the base library that some kinds of modules must not touch.</summary>
/// <param name="Pattern">"Namespace.*", "Namespace.Type" or "Namespace.Type::Member".</param>
/// <param name="Instead">What to use in its place.</param>
internal sealed record Ban(string Pattern, string Instead)
{
    /// <summary>True if that use is what the pattern names.</summary>
    public bool Covers(Use use)
    {
        if (Pattern.EndsWith(".*", StringComparison.Ordinal))
            return use.Type.StartsWith(Pattern[..^1], StringComparison.Ordinal);
        int colons = Pattern.IndexOf("::", StringComparison.Ordinal);
        return colons < 0
            ? Plain(use.Type) == Pattern
            : Plain(use.Type) == Pattern[..colons] && use.Member == Pattern[(colons + 2)..];
    }

    // Task`1 is Task as far as a ban is concerned.
    private static string Plain(string type)
    {
        int tick = type.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? type : type[..tick];
    }
}
