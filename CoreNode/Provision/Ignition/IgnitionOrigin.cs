namespace CoreNode.Provision.Ignition;

/// <summary>
/// Which configuration a part of a merged one is from: its name for people, the second number of its version.
/// </summary>
internal sealed record IgnitionOrigin(string Source, int Version);
