namespace CoreNode.Updates.Omaha;

/// <summary>The question for an update.</summary>
/// <param name="TargetVersionPrefix">Only a version that begins so (old clients); null for any.</param>
public sealed record OmahaUpdateCheck(string? TargetVersionPrefix = null);
