namespace CoreNode.Reboots;

/// <summary>What a state file says.</summary>
/// <param name="State">The state; null if the file cannot be used.</param>
/// <param name="Problem">Why it cannot be used: one line for people; empty if it can.</param>
public sealed record RebootStateFile(RebootState? State, string Problem);
