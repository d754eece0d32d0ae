namespace CoreNode.Api.FleetLock;

/// <summary>Who asks.</summary>
/// <param name="Id">As the machine calls itself.</param>
/// <param name="Group">As it says it.</param>
/// <param name="LockGroup">The lock's group: "" for the group default.</param>
internal sealed record FleetLockClient(string Id, string Group, string LockGroup);
