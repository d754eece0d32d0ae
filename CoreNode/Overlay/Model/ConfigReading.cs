namespace CoreNode.Overlay.Model;

/// <summary>A configuration that was read: the values, or all that is wrong.</summary>
/// <param name="Config">Null if anything is wrong.</param>
/// <param name="Problems">Everything that is wrong; empty if nothing is.</param>
public sealed record ConfigReading(OverlayConfig? Config, IReadOnlyList<ConfigProblem> Problems);
