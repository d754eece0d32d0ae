namespace CoreNode.Updates.Lifecycle;

/// <summary>How healthy a version is, all checks together.</summary>
/// <param name="Checks">What each found.</param>
/// <param name="Site">What the others of the cluster say about cluster and network.</param>
/// <param name="Server">What they say about the update server.</param>
/// <param name="Why">Because of what, for people, without a full stop; may be empty.</param>
public sealed record HealthReport(
    IReadOnlyList<HealthCheck> Checks, SiteAnswer Site = SiteAnswer.Unknown, SiteAnswer Server = SiteAnswer.Unknown,
    string Why = "");
