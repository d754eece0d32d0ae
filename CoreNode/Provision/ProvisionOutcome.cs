using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>What came of applying a plan.</summary>
/// <param name="Plan">The plan, with what is to be said about it; an error in it means that nothing was done.</param>
/// <param name="Done">How many of its changes are made.</param>
/// <param name="Failure">Why the next one could not be made; empty: all are.</param>
public sealed record ProvisionOutcome(Plan Plan, int Done, string Failure)
{
    /// <summary>Everything is as wanted.</summary>
    public bool IsComplete => Failure.Length == 0 && Done == Plan.Changes.Count;
}
