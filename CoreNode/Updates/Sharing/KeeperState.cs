namespace CoreNode.Updates.Sharing;

/// <summary>How a keeper did for this node.</summary>
public enum KeeperState
{
    /// <summary>It may be asked.</summary>
    Good,

    /// <summary>It serves as many as it may: later.</summary>
    Busy,

    /// <summary>It was not reached, broke off or has nothing new: not for some time.</summary>
    Out,

    /// <summary>It says that it does not keep the payload.</summary>
    Gone,

    /// <summary>What it sent was not what was signed: never again for this payload.</summary>
    Wrong,
}
