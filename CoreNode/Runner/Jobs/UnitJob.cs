namespace CoreNode.Runner.Jobs;

/// <summary>One thing asked of one unit; a unit has one at a time.</summary>
internal sealed class UnitJob(long id, string unit, JobKind kind)
{
    /// <summary>Rises with every job.</summary>
    public long Id { get; } = id;

    public string Unit { get; } = unit;

    /// <summary>A restart becomes a start once its unit is down.</summary>
    public JobKind Kind { get; set; } = kind;

    /// <summary>Nothing holds it up any more.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Its unit was told.</summary>
    public bool HasBegun { get; set; }
}
