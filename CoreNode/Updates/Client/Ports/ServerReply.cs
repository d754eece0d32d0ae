using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client.Ports;

/// <summary>What came of asking: one of the two.</summary>
/// <param name="Answer">What the server answered; null if it failed.</param>
/// <param name="Failure">Why there is no answer that can be used; null if there is one.</param>
public sealed record ServerReply(CheckAnswer? Answer, UpdateFailure? Failure);
