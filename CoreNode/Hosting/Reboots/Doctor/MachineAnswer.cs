namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>What came of asking a machine.</summary>
/// <param name="Asked">Who was asked.</param>
/// <param name="Report">What it says; null: nothing.</param>
/// <param name="Problem">Why it says nothing; empty if it does.</param>
internal sealed record MachineAnswer(AskedMachine Asked, MachineReport? Report, string Problem)
{
    /// <summary>Its node answers, but does not know the question, or could not find the answer.</summary>
    public bool IsThere { get; init; }
}
