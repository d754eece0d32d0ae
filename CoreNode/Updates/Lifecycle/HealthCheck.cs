namespace CoreNode.Updates.Lifecycle;

/// <summary>What one check of health found.</summary>
/// <param name="Name">Its name, the same before and after an update.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="IsPassed">Whether it is healthy; null: not known yet.</param>
/// <param name="Detail">What it said; may be empty.</param>
public sealed record HealthCheck(string Name, HealthCheckKind Kind, bool? IsPassed, string Detail = "");
