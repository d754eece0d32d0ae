using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;

namespace CoreNode.Tests.Simulation.Updates;

/// <summary>What a simulated machine sends.</summary>
/// <param name="Id">As it calls itself.</param>
/// <param name="Group">The group that it names.</param>
/// <param name="Events">In order.</param>
/// <param name="Ask">Its question for an update; null if it has none.</param>
internal sealed record FleetRequest(string Id, int Group, IReadOnlyList<OmahaEvent> Events, RolloutAsk? Ask);
