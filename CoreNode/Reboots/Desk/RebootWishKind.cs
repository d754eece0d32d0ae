namespace CoreNode.Reboots.Desk;

/// <summary>What people order.</summary>
public enum RebootWishKind
{
    /// <summary>Restart now, whatever the windows say.</summary>
    Now,

    /// <summary>What breaks is accepted.</summary>
    AcceptOutage,

    /// <summary>Not now.</summary>
    Cancel,

    /// <summary>Another strategy from now on.</summary>
    Strategy,

    /// <summary>Other windows from now on.</summary>
    Windows,

    /// <summary>Another group of the lock from now on.</summary>
    Group,

    /// <summary>Another fuzz from now on.</summary>
    Fuzz,
}
