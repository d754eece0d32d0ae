using CoreNode.Api;

namespace CoreNode.Tests.Api.Access;

/// <summary>Users have to say who they are, or not, as the test says.</summary>
internal sealed class FakeAuth(bool isEnabled) : IAuthSwitch
{
    public bool IsEnabled { get; set; } = isEnabled;
}
