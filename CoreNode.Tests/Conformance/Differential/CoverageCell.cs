namespace CoreNode.Tests.Conformance.Differential;

/// <summary>A request of this operation carried this parameter and ended with this outcome.</summary>
internal readonly record struct CoverageCell(Operation Operation, string Parameter, string Outcome);
