namespace CoreNode.Units.Engine;

/// <summary>Kinds of decisions.</summary>
public enum EngineEventKind
{
    /// <summary>A unit was given to a machine.</summary>
    Placed,

    /// <summary>A machine was told to give a unit up.</summary>
    Revoked,

    /// <summary>A lost machine's claim on a unit was ended.</summary>
    Evicted,

    /// <summary>A lost machine was taken out of the cluster.</summary>
    Emptied,

    /// <summary>A replica was made.</summary>
    ReplicaMade,

    /// <summary>A replica was given its template's new content.</summary>
    ReplicaRolled,

    /// <summary>A replica was removed.</summary>
    ReplicaRemoved,

    /// <summary>A template's new content goes no further: a replica failed with it.</summary>
    RolloutStopped,
}
