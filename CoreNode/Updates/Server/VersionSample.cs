namespace CoreNode.Updates.Server;

/// <summary>Which versions the machines of a group ran at some moment, for charts. Immutable.</summary>
/// <param name="At">When.</param>
/// <param name="Versions">They, most machines first.</param>
public sealed record VersionSample(DateTimeOffset At, IReadOnlyList<VersionCount> Versions);
