namespace CoreNode.Api.Auth;

/// <summary>What somebody may do, decided once for a state of users and roles. Immutable.</summary>
internal sealed class AccessRights
{
    private readonly AuthRole[] _roles;
    private readonly bool _isGuest;

    private AccessRights(AuthRole[] roles, bool isGuest)
    {
        _roles = roles;
        _isGuest = isGuest;
        IsRoot = !isGuest && roles.Any(static role => role.Name == AuthRole.RootName);
    }

    /// <summary>Everything: who administers the machine itself.</summary>
    public static AccessRights Root { get; } = new([AuthRole.Root], isGuest: false);

    /// <summary>Nothing: credentials that are wrong never fall back to the guest's rights.</summary>
    public static AccessRights Nobody { get; } = new([], isGuest: false);

    /// <summary>May change members, users and roles, and take backups.</summary>
    public bool IsRoot { get; }

    /// <summary>Who names no user.</summary>
    public static AccessRights Guest(AuthRole? role) => role is null ? Nobody : new([role], isGuest: true);

    /// <summary>A user with these roles.</summary>
    public static AccessRights Of(IEnumerable<AuthRole> roles) => new([.. roles], isGuest: false);

    /// <summary>
    /// True if a key is open. As etcd does, a guest is asked for the key itself only, also where the request reaches
    /// below it.
    /// </summary>
    public bool Opens(ReadOnlySpan<byte> key, bool isWrite, bool isRecursive)
    {
        foreach (AuthRole role in _roles)
        {
            if (role.Opens(key, isWrite, isRecursive && !_isGuest))
                return true;
        }

        return false;
    }
}
