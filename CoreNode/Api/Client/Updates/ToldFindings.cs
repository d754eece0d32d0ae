using CoreNode.Updates.Desk;

namespace CoreNode.Api.Client.Updates;

/// <summary>What a node found of its updates.</summary>
/// <param name="Findings">In its order.</param>
public sealed record ToldFindings(IReadOnlyList<UpdateFinding> Findings);
