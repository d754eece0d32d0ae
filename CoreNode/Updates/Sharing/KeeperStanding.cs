namespace CoreNode.Updates.Sharing;

/// <summary>A keeper, and what this node knows of it now.</summary>
/// <param name="Keeper">The keeper.</param>
/// <param name="State">How it did.</param>
public sealed record KeeperStanding(Keeper Keeper, KeeperState State);
