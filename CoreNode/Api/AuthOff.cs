namespace CoreNode.Api;

/// <summary>Users have never to say who they are.</summary>
internal sealed class AuthOff : IAuthSwitch
{
    /// <summary>There is nothing to tell apart.</summary>
    public static readonly AuthOff Instance = new();

    /// <inheritdoc/>
    public bool IsEnabled => false;
}
