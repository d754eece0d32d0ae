namespace CoreNode.Units.Agent;

/// <summary>What the agent has to do next: each kind is one call, and can be repeated.</summary>
public enum StepKind
{
    /// <summary>Read the unit's text from the store.</summary>
    Fetch,

    /// <summary>Make it known to the unit manager.</summary>
    Load,

    /// <summary>Stop it and have the unit manager forget it.</summary>
    Unload,

    /// <summary>Start it.</summary>
    Start,

    /// <summary>Stop it.</summary>
    Stop,

    /// <summary>Start it anew.</summary>
    Restart,

    /// <summary>Kill its processes.</summary>
    Kill,

    /// <summary>Bring its keys of state in the store up to date.</summary>
    Publish,

    /// <summary>Write its Announce= keys, the record of them first.</summary>
    Announce,

    /// <summary>Remove its Announce= keys, the record of them last.</summary>
    Withdraw,

    /// <summary>Find out whether it is healthy.</summary>
    Check,

    /// <summary>Remove its entry from the schedule.</summary>
    RemoveEntry,

    /// <summary>Have the guard hold exactly these units until that moment.</summary>
    Arm,

    /// <summary>Ask the store for its index, as a quorum confirms it.</summary>
    ReadFloor,

    /// <summary>Register the machine.</summary>
    Register,
}
