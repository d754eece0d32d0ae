namespace CoreNode.Runner.Settings;

/// <summary>Exit codes and signals that a directive names (SuccessExitStatus= …).</summary>
/// <param name="Codes">Exit codes.</param>
/// <param name="Signals">Numbers of signals.</param>
internal sealed record ExitStatusSet(IReadOnlySet<int> Codes, IReadOnlySet<int> Signals)
{
    /// <summary>Names nothing.</summary>
    public static readonly ExitStatusSet None = new(new HashSet<int>(), new HashSet<int>());
}
