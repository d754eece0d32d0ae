namespace CoreNode.Units.Agent;

/// <summary>What stands, or is to stand, of a unit in the store by this machine's hand.</summary>
/// <param name="State">Value of <c>states/[unit]/[machine]</c>; null: no such key.</param>
/// <param name="HasJobState"><c>job/[unit]/job-state</c> names this machine.</param>
public sealed record PublishedState(string? State, bool HasJobState)
{
    /// <summary>Nothing.</summary>
    public static readonly PublishedState None = new(null, false);
}
