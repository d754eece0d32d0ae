namespace CoreNode.Updates.Rollout;

/// <summary>How far a machine is with what it was granted: Nebraska's numbers, and ours from 20 on.</summary>
public enum RolloutState
{
    /// <summary>It was never granted anything.</summary>
    Undefined = 1,

    /// <summary>It was told of an update.</summary>
    Granted = 2,

    /// <summary>It said that it failed.</summary>
    Error = 3,

    /// <summary>It runs what it was granted.</summary>
    Complete = 4,

    /// <summary>Installed, and not running yet: it waits for its reboot, as long as it likes.</summary>
    Installed = 5,

    /// <summary>All is there; it is being installed.</summary>
    Downloaded = 6,

    /// <summary>It fetches.</summary>
    Downloading = 7,

    /// <summary>It put the update off itself.</summary>
    OnHold = 8,

    /// <summary>It ran it, or tried to, and is back at the version before.</summary>
    RolledBack = 20,

    /// <summary>It showed no progress for <see cref="RolloutPolicy.GrantTimeout"/>; no failure.</summary>
    TimedOut = 21,
}
