namespace CoreNode.Updates.Server;

/// <summary>How many machines run a version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Machines">How many.</param>
public sealed record VersionCount(string Version, int Machines);
