namespace CoreNode.Runner.Settings;

/// <summary>Where a standard stream leads (systemd.exec(5), StandardOutput=).</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Path">The file, where there is one.</param>
internal sealed record OutputTarget(OutputKind Kind, string Path)
{
    /// <summary>The unit's journal.</summary>
    public static readonly OutputTarget Journal = new(OutputKind.Journal, "");

    /// <summary>Nowhere.</summary>
    public static readonly OutputTarget Null = new(OutputKind.Null, "");
}
