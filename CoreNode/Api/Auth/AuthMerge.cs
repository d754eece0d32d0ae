namespace CoreNode.Api.Auth;

/// <summary>What a change makes of a user or role: pure, with etcd's order of checks and its words.</summary>
internal static class AuthMerge
{
    /// <summary>The roles of a user after a change; an error if one is granted twice or was never granted.</summary>
    public static (IReadOnlyList<string> Roles, AuthResult? Error) Roles(AuthUser user, UserChange change)
    {
        SortedSet<string> roles = Set(user.EffectiveRoles);
        foreach (string role in change.Grant)
        {
            if (!roles.Add(role))
                return ([], Conflict($"Granting duplicate role {role} for user {change.Name}"));
        }

        foreach (string role in change.Revoke)
        {
            if (!roles.Remove(role))
                return ([], Conflict($"Revoking ungranted role {role} for user {change.Name}"));
        }

        return ([.. roles], null);
    }

    /// <summary>The patterns of a role after a change; what is taken away without being there is passed over.</summary>
    public static (RolePatterns Patterns, AuthResult? Error) Patterns(AuthRole role, RoleChange change)
    {
        RolePatterns patterns = new(role.Read, role.Write);
        if (change.Grant is { } grant)
        {
            (IReadOnlyList<string> read, string? twice) = Grant(patterns.Read, grant.Read);
            if (twice is not null)
                return (patterns, Conflict($"Granting duplicate read permission {twice}"));
            (IReadOnlyList<string> write, twice) = Grant(patterns.Write, grant.Write);
            if (twice is not null)
                return (patterns, Conflict($"Granting duplicate write permission {twice}"));
            patterns = new RolePatterns(read, write);
        }

        return change.Revoke is { } revoke
            ? (new RolePatterns(Revoke(patterns.Read, revoke.Read), Revoke(patterns.Write, revoke.Write)), null)
            : (patterns, null);
    }

    /// <summary>Equal as Go compares lists: one that was never given is not an empty one.</summary>
    public static bool AreSame(IReadOnlyList<string>? one, IReadOnlyList<string>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other, StringComparer.Ordinal);

    private static AuthResult Conflict(string text) => new(409, $"auth: {text}");

    private static SortedSet<string> Set(IReadOnlyList<string>? texts) => new(texts ?? [], StringComparer.Ordinal);

    private static (IReadOnlyList<string> After, string? Twice) Grant(
        IReadOnlyList<string>? before, IReadOnlyList<string>? added)
    {
        SortedSet<string> set = Set(before);
        foreach (string one in added ?? [])
        {
            if (!set.Add(one))
                return ([], one);
        }

        return ([.. set], null);
    }

    private static IReadOnlyList<string> Revoke(IReadOnlyList<string>? before, IReadOnlyList<string>? removed)
    {
        SortedSet<string> set = Set(before);
        set.ExceptWith(removed ?? []);
        return [.. set];
    }
}
