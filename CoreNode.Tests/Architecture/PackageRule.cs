namespace CoreNode.Tests.Architecture;

/// <summary>Who may use a package.</summary>
/// <param name="Assembly">
/// Assembly name, or its beginning up to a dot: "Serilog" also means "Serilog.Extensions.Logging".
/// </param>
/// <param name="Owners">The modules that may use it.</param>
internal sealed record PackageRule(string Assembly, params string[] Owners)
{
    /// <summary>True if the rule speaks of that assembly.</summary>
    public bool Covers(string assembly) =>
        assembly == Assembly || assembly.StartsWith(Assembly + ".", StringComparison.Ordinal);
}
