namespace CoreNode.Updates.Server;

/// <summary>What the bearer of a token may do.</summary>
public enum AccessRole
{
    /// <summary>See everything but tokens' secrets.</summary>
    Viewer = 1,

    /// <summary>Change everything.</summary>
    Admin = 2,
}
