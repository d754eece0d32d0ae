namespace CoreNode.Tests.Conformance.Differential;

/// <summary>One parameter of a request, as the coverage table counts it.</summary>
internal readonly record struct CarriedParameter(string Name, Spelling Spelling, bool InBody);

/// <summary>How a parameter's value was written.</summary>
internal enum Spelling
{
    Good,
    Bad,
    Empty,
    Repeated,
}
