using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>How many machines are in a state.</summary>
/// <param name="State">The state.</param>
/// <param name="Machines">How many.</param>
public sealed record StateCount(RolloutState State, int Machines);
