namespace CoreNode.Updates.Server;

/// <summary>How far a machine is with an update, by Nebraska's numbers and two of ours.</summary>
public enum InstanceState
{
    /// <summary>Nothing is known of an update.</summary>
    Undefined = 1,

    /// <summary>It was offered one and has not begun.</summary>
    Granted = 2,

    /// <summary>It failed.</summary>
    Error = 3,

    /// <summary>It runs what it was offered.</summary>
    Complete = 4,

    /// <summary>Written and marked; it waits for its reboot, however long that takes.</summary>
    Installed = 5,

    /// <summary>The payload is there.</summary>
    Downloaded = 6,

    /// <summary>It fetches the payload.</summary>
    Downloading = 7,

    /// <summary>There is an update, not now.</summary>
    OnHold = 8,

    /// <summary>It started the new version and went back to the one before.</summary>
    RolledBack = 9,

    /// <summary>What it was offered was not heard of any more; counts neither as running nor as failed.</summary>
    Lost = 10,
}
