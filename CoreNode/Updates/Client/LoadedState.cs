using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client;

/// <summary>What was found where the state is kept.</summary>
/// <param name="State">The state to begin with.</param>
/// <param name="Problem">Why what was there could not be used: one line; empty if it could, or nothing was.</param>
internal sealed record LoadedState(UpdateState State, string Problem);
