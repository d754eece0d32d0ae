namespace CoreNode.Reboots;

/// <summary>An arrow of the diagram.</summary>
/// <param name="From">From where.</param>
/// <param name="To">Where to.</param>
/// <param name="When">When, in words.</param>
public sealed record RebootArrow(RebootStage From, RebootStage To, string When);
