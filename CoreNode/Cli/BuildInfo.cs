namespace CoreNode.Cli;

/// <summary>What <c>corenode version</c> tells.</summary>
/// <param name="Version">Semantic version.</param>
/// <param name="Commit">Source commit; "unknown" in a build outside the repository.</param>
/// <param name="Runtime">The .NET runtime, such as ".NET 9.0.1".</param>
/// <param name="Build">How and for what it was compiled: "native linux-x64" or "managed linux-x64".</param>
public sealed record BuildInfo(string Version, string Commit, string Runtime, string Build);
