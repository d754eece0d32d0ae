namespace CoreNode.Tests.Simulation;

/// <summary>The power of a simulated disk failed: what was running ends here.</summary>
internal sealed class PowerCutException : Exception
{
    public PowerCutException()
        : base("the power failed")
    {
    }
}
