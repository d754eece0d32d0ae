using CoreNode.Foundation;

namespace CoreNode.Hosting.Updates.Sites;

/// <summary>What a member knows that others may ask it about their site. Any thread.</summary>
/// <param name="Member">Which member it is.</param>
/// <param name="IsInCluster">Whether it knows a leader.</param>
/// <param name="Find">Where a member listens; empty if it is none.</param>
/// <param name="Server">Its own update server; null without one.</param>
/// <param name="IsLeaving">Whether its machine is about to restart.</param>
internal sealed record SitePlace(
    string Member, Func<bool> IsInCluster, Func<NodeId, IReadOnlyList<Uri>> Find, Func<UpdateTarget?> Server,
    Func<bool> IsLeaving);
