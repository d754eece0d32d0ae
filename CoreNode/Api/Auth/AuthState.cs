using System.Text;
using CoreNode.Store;

namespace CoreNode.Api.Auth;

/// <summary>All users and roles of one state of the store, read once and used until one of its own keys changes.
/// Immutable.</summary>
internal sealed class AuthState
{
    private readonly Dictionary<string, (AuthUser User, AccessRights Rights)> _users;
    private readonly Dictionary<string, AuthRole> _roles;

    private AuthState(
        object identity, bool isEnabled, Dictionary<string, AuthUser> users, Dictionary<string, AuthRole> roles)
    {
        Identity = identity;
        IsEnabled = isEnabled;
        _roles = roles;
        Guest = AccessRights.Guest(roles.GetValueOrDefault(AuthRole.GuestName));
        _users = users.ToDictionary(one => one.Key, one => (one.Value, Rights(one.Value)), StringComparer.Ordinal);
    }

    /// <summary>What it was read of, see <see cref="IKeyspace.SystemIdentity"/>.</summary>
    public object Identity { get; }

    /// <summary>Users must say who they are.</summary>
    public bool IsEnabled { get; }

    /// <summary>What a request without a user may do.</summary>
    public AccessRights Guest { get; }

    /// <summary>All users in order of their names.</summary>
    public IEnumerable<AuthUser> Users
    {
        get
        {
            List<AuthUser> all = [];
            foreach ((AuthUser user, _) in _users.Values)
                all.Add(user);
            all.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
            return all;
        }
    }

    /// <summary>All roles with the one that is not stored, in order of their names.</summary>
    public IEnumerable<AuthRole> Roles =>
        _roles.Values.Append(AuthRole.Root).OrderBy(static role => role.Name, StringComparer.Ordinal);

    /// <summary>Reads a state; what <paramref name="before"/> knows already and is unchanged is kept.</summary>
    public static AuthState Read(IKeyspace keyspace, AuthState? before)
    {
        bool isEnabled = keyspace.TryGetSystem(
            Encoding.UTF8.GetBytes(AuthRecords.EnabledKey), out ReadOnlyMemory<byte> value)
            && AuthRecords.IsEnabled(value.Span);
        Dictionary<string, AuthUser> users = new(StringComparer.Ordinal);
        foreach ((string name, KeyRecord record) in Below(keyspace, AuthRecords.UserPrefix))
        {
            AuthUser? known = before?.FindUser(name);
            users.Add(name, known?.Version == record.ModifiedIndex ? known : AuthRecords.User(name, record));
        }

        Dictionary<string, AuthRole> roles = new(StringComparer.Ordinal);
        foreach ((string name, KeyRecord record) in Below(keyspace, AuthRecords.RolePrefix))
        {
            AuthRole? known = before?._roles.GetValueOrDefault(name);
            roles.Add(name, known?.Version == record.ModifiedIndex ? known : AuthRecords.Role(name, record));
        }

        return new AuthState(keyspace.SystemIdentity, isEnabled, users, roles);
    }

    /// <summary>A user; null if there is none of that name.</summary>
    public AuthUser? FindUser(string name) => _users.TryGetValue(name, out (AuthUser User, AccessRights) found)
        ? found.User
        : null;

    /// <summary>A role, be it root; null if there is none of that name.</summary>
    public AuthRole? FindRole(string name) =>
        name == AuthRole.RootName ? AuthRole.Root : _roles.GetValueOrDefault(name);

    /// <summary>What a user may do who proved to be that one.</summary>
    public AccessRights RightsOf(AuthUser user) =>
        _users.TryGetValue(user.Name, out (AuthUser, AccessRights Rights) found) ? found.Rights : AccessRights.Nobody;

    private static IEnumerable<(string Name, KeyRecord Record)> Below(IKeyspace keyspace, string prefix)
    {
        foreach ((string key, _) in keyspace.ListSystem(prefix))
        {
            if (keyspace.TryGetSystemRecord(Encoding.UTF8.GetBytes(key), out KeyRecord record))
                yield return (key[prefix.Length..], record);
        }
    }

    private AccessRights Rights(AuthUser user) => AccessRights.Of(
        (user.EffectiveRoles ?? []).Select(FindRole).OfType<AuthRole>());
}
