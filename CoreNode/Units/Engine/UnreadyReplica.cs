namespace CoreNode.Units.Engine;

/// <summary>A replica that has new content and does not work yet.</summary>
/// <param name="Hash">The content.</param>
/// <param name="Since">Since when that is known.</param>
public sealed record UnreadyReplica(string Hash, DateTimeOffset Since);
