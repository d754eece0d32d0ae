using CoreNode.Foundation;

namespace CoreNode.Raft;

/// <summary>One step of a change of the configuration.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Node">With whom.</param>
public readonly record struct ConfigurationStep(ConfigurationOperation Operation, NodeId Node)
{
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Operation, Node);
}
