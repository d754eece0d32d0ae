namespace CoreNode.Cli.Units;

/// <summary>How far a unit is on its way to what is wanted.</summary>
internal enum UnitStage
{
    /// <summary>Not there yet.</summary>
    OnItsWay,

    /// <summary>There.</summary>
    Arrived,

    /// <summary>It will not get there by waiting.</summary>
    Failed,
}
