namespace CoreNode.Units.Drains;

/// <summary>Ways in which a drain ends. The machine stays as it is: drained, but for the last one.</summary>
public enum DrainEndKind
{
    /// <summary>No unit is left there but global ones.</summary>
    Empty,

    /// <summary>Units are left: none of them can leave or has in its time, or the limit is over.</summary>
    UnitsLeft,

    /// <summary>The machine is no longer registered: its lease is over, or it left the cluster.</summary>
    LeaseLost,

    /// <summary>Somebody took the machine back into use meanwhile.</summary>
    TakenBack,
}
