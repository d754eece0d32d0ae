namespace CoreNode.Runner.Jobs;

/// <summary>What is asked of a unit.</summary>
internal enum JobKind
{
    Start,
    Stop,
    Restart,
}
