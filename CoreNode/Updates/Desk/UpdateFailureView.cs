namespace CoreNode.Updates.Desk;

/// <summary>A check or attempt that failed.</summary>
/// <param name="Code">Its code; see docs/updates-lifecycle.md.</param>
/// <param name="Name">The code's name.</param>
/// <param name="Text">What happened, to what: one line without a full stop.</param>
/// <param name="At">When, in seconds since 1970.</param>
public sealed record UpdateFailureView(int Code, string Name, string Text, long At);
