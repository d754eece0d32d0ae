using System.Collections.Immutable;
using CoreNode.Foundation;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>A unit's text in the registry, and who uses it.</summary>
/// <param name="Hash">Its hash: the key.</param>
/// <param name="File">What it says; null while it is missing or damaged.</param>
/// <param name="Jobs">Names of the jobs that use it, in order.</param>
public sealed record UnitText(string Hash, UnitFile? File, ImmutableSortedSet<string> Jobs)
{
    /// <summary>Index of the write that made it; zero while it is missing.</summary>
    public StoreIndex CreatedIndex { get; init; }

    /// <summary>Requirements of every job that uses it; null where they depend on the job's name.</summary>
    internal UnitRequirements? SharedRequirements { get; init; }
}
