namespace CoreNode.Api.Auth;

/// <summary>What became of a change of users, roles or the switch.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Error">Why nothing changed, in etcd's words where etcd has some; empty if it is done.</param>
internal sealed record AuthResult(int Status, string Error = "")
{
    /// <summary>The user as it is now, of a change of one.</summary>
    public AuthUser? User { get; init; }

    /// <summary>The role as it is now, of a change of one.</summary>
    public AuthRole? Role { get; init; }
}
