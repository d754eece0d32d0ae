using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>A unit as scheduling is told of it; where it is now is told apart. Immutable.</summary>
public sealed record UnitToPlace
{
    /// <summary>No machines.</summary>
    public static readonly IReadOnlyDictionary<string, string> Nowhere = new Dictionary<string, string>();

    /// <summary>Full name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Where it may run and what it takes there. A unit that is told again with the same object keeps its rules, which
    /// costs nothing.
    /// </summary>
    public required UnitRequirements Requirements { get; init; }

    /// <summary>False: it is to be on no machine, but may still be leaving some.</summary>
    public bool IsWanted { get; init; } = true;

    /// <summary>
    /// Why it is not placed anywhere for now, for people (it failed and waits); empty: it may be placed.
    /// </summary>
    public string Hold { get; init; } = "";

    /// <summary>Machine ids that it must not be on for now, each with why, for people (it failed there).</summary>
    public IReadOnlyDictionary<string, string> Avoided { get; init; } = Nowhere;

    /// <summary>
    /// Machine ids that it was taken from and that still have it: until it is gone nothing that conflicts with it is
    /// placed there, and its reserves count.
    /// </summary>
    public IReadOnlyList<string> Leaving { get; init; } = [];
}
