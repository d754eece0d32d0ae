namespace CoreNode.Updates.Server;

/// <summary>What asking an upstream server came to.</summary>
/// <param name="Packages">Versions that came in.</param>
/// <param name="Text">What it said, for people.</param>
public sealed record SyncReport(IReadOnlyList<string> Packages, string Text);
