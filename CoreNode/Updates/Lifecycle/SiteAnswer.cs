namespace CoreNode.Updates.Lifecycle;

/// <summary>What the others of the cluster say when this machine's network fails.</summary>
public enum SiteAnswer
{
    /// <summary>Nobody was asked or answered.</summary>
    Unknown,

    /// <summary>Others that run the version before have no network either.</summary>
    OthersFailToo,

    /// <summary>The others are fine: it is this machine.</summary>
    OthersAreFine,
}
