namespace CoreNode.Updates.Desk;

/// <summary>What is ordered.</summary>
public enum UpdateOrderKind
{
    /// <summary>Ask the server and tell what it offers; take nothing.</summary>
    Check,

    /// <summary>Ask the server and take what it offers, without waiting for times and rests.</summary>
    Now,

    /// <summary>Stop the attempt that is under way.</summary>
    Cancel,

    /// <summary>Take back an update that waits for its reboot: the next boot takes the version that runs.</summary>
    Reset,

    /// <summary>Take only <see cref="UpdateOrder.Version"/> from now on.</summary>
    Pin,

    /// <summary>Take any version again.</summary>
    Unpin,

    /// <summary>Make the other slot's version the next to boot.</summary>
    Rollback,

    /// <summary>Take the payload at <see cref="UpdateOrder.Url"/>.</summary>
    Apply,
}
