namespace CoreNode.Updates.Lifecycle;

/// <summary>How healthy a version is, all checks together.</summary>
/// <param name="Checks">What each found.</param>
/// <param name="Site">What the others of the cluster say about the network.</param>
public sealed record HealthReport(IReadOnlyList<HealthCheck> Checks, SiteAnswer Site = SiteAnswer.Unknown);
