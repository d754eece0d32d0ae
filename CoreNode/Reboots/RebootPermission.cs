namespace CoreNode.Reboots;

/// <summary>What would break if this machine were away for some minutes.</summary>
/// <param name="Breaks">What, in one line; empty: nothing.</param>
/// <param name="IsUnavoidable">
/// True if waiting does not help: a cluster of one or two members cannot do without one of them.
/// </param>
public sealed record RebootPermission(string Breaks, bool IsUnavoidable)
{
    /// <summary>Nothing breaks.</summary>
    public static readonly RebootPermission Granted = new("", false);
}
