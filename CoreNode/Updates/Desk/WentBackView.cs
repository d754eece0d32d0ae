namespace CoreNode.Updates.Desk;

/// <summary>A version that went back here.</summary>
/// <param name="Version">The version.</param>
/// <param name="At">When, in seconds since 1970.</param>
/// <param name="Why">Why: one line without a full stop.</param>
public sealed record WentBackView(string Version, long At, string Why);
