namespace CoreNode.Updates.Lifecycle;

/// <summary>What a state file says.</summary>
/// <param name="State">The state; null if the file cannot be used.</param>
/// <param name="Problem">Why it cannot be used and what to do: one line for people; empty if it can.</param>
public sealed record UpdateStateFile(UpdateState? State, string Problem);
