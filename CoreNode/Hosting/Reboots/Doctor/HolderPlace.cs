namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>Where the machine of a holder of the lock is.</summary>
internal enum HolderPlace
{
    /// <summary>Nobody says: an id of FleetLock, of locksmithctl, or of a person.</summary>
    Unknown,

    /// <summary>It answers, or said a moment ago that it is up.</summary>
    Here,

    /// <summary>It belongs to this cluster and is not to be heard of.</summary>
    Away,
}
