namespace CoreNode.Api.Auth;

/// <summary>A PUT of a role.</summary>
/// <param name="Name">Which.</param>
/// <param name="Permissions">Patterns of a role that is made.</param>
/// <param name="Grant">Patterns that are added; null if the request has none.</param>
/// <param name="Revoke">Patterns that are taken away; null if the request has none.</param>
internal sealed record RoleChange(string Name, RolePatterns Permissions, RolePatterns? Grant, RolePatterns? Revoke)
{
    /// <summary>It changes patterns, so the role has to be there.</summary>
    public bool IsUpdate => Grant is { IsEmpty: false } || Revoke is { IsEmpty: false };
}
