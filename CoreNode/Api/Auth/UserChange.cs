namespace CoreNode.Api.Auth;

/// <summary>A PUT of a user.</summary>
/// <param name="Name">Who.</param>
/// <param name="Password">The new password; empty to keep the old one.</param>
/// <param name="Roles">Roles of a user that is made; null if none were given.</param>
/// <param name="Grant">Roles that are added.</param>
/// <param name="Revoke">Roles that are taken away.</param>
internal sealed record UserChange(
    string Name, byte[] Password, IReadOnlyList<string>? Roles, IReadOnlyList<string> Grant,
    IReadOnlyList<string> Revoke)
{
    /// <summary>It changes roles, so the user has to be there.</summary>
    public bool IsUpdate => Grant.Count > 0 || Revoke.Count > 0;
}
