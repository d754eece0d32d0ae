namespace CoreNode.Updates.Lifecycle;

/// <summary>What the client does for the lifecycle.</summary>
public enum UpdateStepKind
{
    /// <summary>Nothing, until the time comes or something happens.</summary>
    Wait,

    /// <summary>Ask the server: ping, update check and one event.</summary>
    Check,

    /// <summary>Tell the server that the machine is there: a ping only.</summary>
    Ping,

    /// <summary>Fetch the payload's signed metadata and verify its signature. Nothing is written.</summary>
    FetchMetadata,

    /// <summary>
    /// Clear the attributes of the target slot, so that no boot takes it, and remember what is healthy.
    /// </summary>
    Prepare,

    /// <summary>Fetch the payload and write it to the target slot, from the last checkpoint on if it may be.</summary>
    Apply,

    /// <summary>Read the whole target slot back past the page cache and compare its hash.</summary>
    Verify,

    /// <summary>Write the slot's metadata, then the attributes that make it the next one to boot, once.</summary>
    Finalize,

    /// <summary>Make the other slot the next one to boot, because the operator wants it back.</summary>
    SwitchSlot,

    /// <summary>Make the slot that runs the next one to boot again and clear the other's attributes.</summary>
    Unmark,

    /// <summary>Send the events that the server has not got yet.</summary>
    Report,

    /// <summary>Watch the health of the slot that runs and tell each report.</summary>
    JudgeHealth,

    /// <summary>Mark the slot that runs as good.</summary>
    MarkGood,

    /// <summary>Make the other slot the next one to boot, and reboot.</summary>
    Reboot,
}
