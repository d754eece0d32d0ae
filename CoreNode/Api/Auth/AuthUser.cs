namespace CoreNode.Api.Auth;

/// <summary>A stored user. Immutable.</summary>
/// <param name="Name">As it logs in.</param>
/// <param name="Password">Proof of its password.</param>
/// <param name="Roles">Names of its roles as they were given; null where none were, which etcd tells apart.</param>
/// <param name="Version">Modified index of its record: another one means that anything may have changed.</param>
internal sealed record AuthUser(string Name, PasswordHash Password, IReadOnlyList<string>? Roles, ulong Version)
{
    /// <summary>Its roles; the user root has the role root, whatever is stored.</summary>
    public IReadOnlyList<string>? EffectiveRoles =>
        Name == AuthRole.RootName && Roles?.Contains(AuthRole.RootName) != true
            ? [.. Roles ?? [], AuthRole.RootName]
            : Roles;
}
