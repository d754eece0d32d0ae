namespace CoreNode.Tests.Architecture.Samples.Ports;

/// <summary>What the sample decider may use.</summary>
internal interface IDoor
{
    int Number { get; }
}
