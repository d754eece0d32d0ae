namespace CoreNode.Hosting;

/// <summary>One option of `corenode node`, the same in flags, environment and configuration file.</summary>
/// <param name="Name">Without dashes: data-dir.</param>
/// <param name="Default">As the user would write it; empty for none.</param>
/// <param name="Placeholder">What help shows as its value; empty for switches.</param>
/// <param name="Help">One line of help.</param>
public sealed record NodeFlag(string Name, string Default, string Placeholder, string Help)
{
    /// <summary>True for options without a value.</summary>
    public bool IsSwitch => Placeholder.Length == 0;

    /// <summary>It may be given several times; in environment and file its values stand with commas between.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>What its environment variable begins with.</summary>
    public string EnvironmentPrefix { get; init; } = "CORENODE_";

    /// <summary>CORENODE_DATA_DIR.</summary>
    public string EnvironmentName => EnvironmentPrefix + Name.Replace('-', '_').ToUpperInvariant();
}
