namespace CoreNode.Api;

/// <summary>Whether users have to say who they are (/v2/auth/enable). Any thread.</summary>
internal interface IAuthSwitch
{
    /// <summary>As of the newest state of the store.</summary>
    bool IsEnabled { get; }
}
