using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>What a configuration asks for by itself, and which others it names.</summary>
/// <param name="Config">What it wants, and what is to be said about it.</param>
public sealed record IgnitionResult(ConfigResult Config)
{
    /// <summary>Configurations that are merged into it, in order.</summary>
    public IReadOnlyList<IgnitionReference> Merge { get; init; } = [];

    /// <summary>The configuration that is taken instead of it; null: none.</summary>
    public IgnitionReference? Replace { get; init; }

    /// <summary>How it wants contents to be fetched.</summary>
    public FetchOptions Fetching { get; init; } = FetchOptions.Default;

    /// <summary>Its text as a tree; null: it is refused.</summary>
    internal MapNode? Tree { get; init; }
}
