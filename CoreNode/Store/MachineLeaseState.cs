namespace CoreNode.Store;

/// <summary>What the one who decides for the machines knows of one of them.</summary>
public enum MachineLeaseState
{
    /// <summary>It renewed its lease in this term, or may hold one of the term before.</summary>
    Held,

    /// <summary>It holds none: what it ran may run elsewhere.</summary>
    Expired,
}
