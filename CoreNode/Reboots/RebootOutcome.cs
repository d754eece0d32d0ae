namespace CoreNode.Reboots;

/// <summary>How the last reboot, or the last try of one, ended.</summary>
/// <param name="At">When; null: there was none.</param>
/// <param name="IsFailure">True if the machine did not restart, or not as it should.</param>
/// <param name="Text">One line for people.</param>
public sealed record RebootOutcome(DateTimeOffset? At, bool IsFailure, string Text)
{
    /// <summary>There was none.</summary>
    public static readonly RebootOutcome None = new(null, false, "");
}
