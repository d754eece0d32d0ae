namespace CoreNode.Updates.Lifecycle;

/// <summary>What others say, or that nobody can be asked, when something outside fails for this machine.</summary>
public enum SiteAnswer
{
    /// <summary>Nobody was asked, or those that were asked did not answer.</summary>
    Unknown,

    /// <summary>It fails for others, too.</summary>
    OthersFailToo,

    /// <summary>The others are fine: it is this machine.</summary>
    OthersAreFine,

    /// <summary>There are others, and none of them can be reached: the site's network or this machine's.</summary>
    NobodyReached,

    /// <summary>Nobody can be reached, and this machine has no interface that leads out of it.</summary>
    NoInterface,
}
