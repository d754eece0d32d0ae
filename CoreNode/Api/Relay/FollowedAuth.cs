using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>Whether the members ask users who they are, as they told it last: half a minute old at most.</summary>
internal sealed class FollowedAuth(MemberFollower follower) : IAuthSwitch
{
    /// <inheritdoc/>
    public bool IsEnabled => follower.View.IsAuthOn;
}
