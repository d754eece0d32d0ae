namespace CoreNode.Updates.Lifecycle;

/// <summary>What is known of an error code.</summary>
/// <param name="Code">The code.</param>
/// <param name="Class">What is tried next.</param>
/// <param name="Text">What happened and what to do, in one line without a full stop.</param>
public sealed record UpdateErrorInfo(UpdateError Code, RetryClass Class, string Text);
