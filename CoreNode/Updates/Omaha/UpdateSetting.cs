namespace CoreNode.Updates.Omaha;

/// <summary>A value of the update client's settings and where it comes from.</summary>
/// <param name="Value">The value.</param>
/// <param name="Origin">A flag, a file or "default".</param>
public sealed record UpdateSetting(string Value, string Origin);
