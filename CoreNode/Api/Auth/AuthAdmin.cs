using System.Text;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Auth;

/// <summary>
/// Changes users, roles and the switch, with etcd's statuses, words and steps of the store index. Each change holds
/// only if nobody changed the same record in between, else it is made anew from the newer one: two administrators never
/// undo each other's changes unseen.
/// </summary>
internal sealed class AuthAdmin(IKeyStore store, AuthGate gate, ILogger<AuthAdmin> logger)
{
    private const int MaxAttempts = 16;
    private const int MaxTexts = 10_000;
    private const int MaxTextBytes = 4096;
    private const int MaxSumBytes = 1 << 20;

    private static readonly AuthResult s_rootRole = new(403, "auth: Cannot modify role root: is root role.");

    /// <summary>Makes or changes a user.</summary>
    public async Task<AuthResult> PutUserAsync(UserChange change)
    {
        if (change.IsUpdate && change.Roles?.Count > 0)
            return new AuthResult(400, "User JSON contains both roles and grant/revoke");
        if (CheckSizes([change.Name, .. change.Roles ?? [], .. change.Grant, .. change.Revoke]) is { } tooLarge)
            return tooLarge;
        if (change.Password.Length > gate.Limits.MaxPasswordBytes)
            return new AuthResult(400, $"auth: the password is longer than {gate.Limits.MaxPasswordBytes} bytes");
        (AuthState? state, AuthResult? error) = await ReadAsync();
        if (state is null)
            return error!;
        bool makes = !change.IsUpdate && (change.Roles?.Count > 0 || state.FindUser(change.Name) is null);
        if (makes && change.Password.Length == 0)
            return new AuthResult(400, $"auth: Cannot create user {change.Name} with an empty password");
        if (!makes && state.FindUser(change.Name) is null)
            return new AuthResult(404, $"auth: User {change.Name} does not exist.");
        PasswordHash? password = null;
        if (change.Password.Length > 0)
        {
            password = await gate.Passwords.HashAsync(change.Password);
            if (password is null)
                return TooManyPasswords(gate.Limits);
        }

        return makes ? await MakeUserAsync(change, password!) : await UpdateUserAsync(change, password, state);
    }

    /// <summary>Removes a user.</summary>
    public async Task<AuthResult> DeleteUserAsync(string name)
    {
        if (gate.IsEnabled && name == AuthRole.RootName)
            return new AuthResult(403, "auth: Cannot delete root user while auth is enabled.");
        AuthResult result = await DeleteAsync(AuthRecords.UserPrefix + name, $"auth: User {name} does not exist");
        if (result.Error.Length == 0)
            logger.UserChanged(name, "removed");
        return result;
    }

    /// <summary>Makes or changes a role.</summary>
    public async Task<AuthResult> PutRoleAsync(RoleChange change)
    {
        if (change.IsUpdate && !change.Permissions.IsEmpty)
            return new AuthResult(400, "Role JSON contains both permissions and grant/revoke");
        if (change.Name == AuthRole.RootName)
            return s_rootRole;
        IEnumerable<string> texts = new[] { change.Permissions, change.Grant, change.Revoke }
            .SelectMany(static one => (one?.Read ?? []).Concat(one?.Write ?? []));
        if (CheckSizes([change.Name, .. texts]) is { } tooLarge)
            return tooLarge;
        return change.IsUpdate ? await UpdateRoleAsync(change) : await MakeRoleAsync(change.Name, change.Permissions);
    }

    /// <summary>Removes a role; users keep its name.</summary>
    public async Task<AuthResult> DeleteRoleAsync(string name)
    {
        if (name == AuthRole.RootName)
            return s_rootRole;
        AuthResult result = await DeleteAsync(AuthRecords.RolePrefix + name, $"auth: Role {name} doesn't exist.");
        if (result.Error.Length == 0)
            logger.RoleChanged(name, "removed");
        return result;
    }

    /// <summary>
    /// From now on users must say who they are; makes the role guest, open for all, if it is not there.
    /// </summary>
    public async Task<AuthResult> EnableAsync()
    {
        if (gate.IsEnabled)
            return new AuthResult(409, "auth: already enabled");
        (AuthState? state, AuthResult? error) = await ReadAsync();
        if (state is null)
            return error!;
        if (state.FindUser(AuthRole.RootName) is null)
            return new AuthResult(409, "auth: No root user available, please create one");
        if (state.FindRole(AuthRole.GuestName) is null)
        {
            AuthResult made = await MakeRoleAsync(AuthRole.GuestName, new RolePatterns(["/*"], ["/*"]));
            if (made.Error.Length > 0)
                return made;
        }

        return await SwitchAsync(true, "auth: already enabled");
    }

    /// <summary>Everybody may do everything again.</summary>
    public async Task<AuthResult> DisableAsync() => gate.IsEnabled
        ? await SwitchAsync(false, "auth: already disabled")
        : new AuthResult(409, "auth: already disabled");

    /// <summary>The answer where too many passwords wait.</summary>
    public static AuthResult TooManyPasswords(PasswordLimits limits) => new(503, TooManyPasswordsText(limits));

    /// <summary>Its text.</summary>
    public static string TooManyPasswordsText(PasswordLimits limits) =>
        $"corenode: too many passwords wait to be verified (limits: {limits.MaxWaiting}, and "
        + $"{limits.MaxWaitingOfUser} of one user); try again in a moment";

    private static AuthResult? CheckSizes(IReadOnlyList<string> texts)
    {
        if (texts.Count > MaxTexts || texts.Sum(Encoding.UTF8.GetByteCount) > MaxSumBytes)
        {
            return new AuthResult(
                400, $"auth: more than {MaxTexts} roles or patterns, or more than {MaxSumBytes} bytes of them");
        }

        return texts.Any(static text => Encoding.UTF8.GetByteCount(text) > MaxTextBytes)
            ? new AuthResult(400, $"auth: a name or pattern is longer than {MaxTextBytes} bytes")
            : null;
    }

    private async Task<AuthResult> MakeUserAsync(UserChange change, PasswordHash password)
    {
        AuthUser user = new(change.Name, password, change.Roles, 0);
        user = user with { Roles = user.EffectiveRoles };
        KeyError? error = await CreateAsync(
            AuthRecords.UserPrefix + change.Name, AuthRecords.EncodeUser(password, user.Roles));
        if (error is not null)
            return Explain(error, new AuthResult(409, $"auth: User {change.Name} already exists."));

        logger.UserChanged(change.Name, "made");

        // etcd's statuses: one that is made with roles is answered like a change.
        return new AuthResult(change.Roles?.Count > 0 ? 200 : 201) { User = user };
    }

    private async Task<AuthResult> UpdateUserAsync(UserChange change, PasswordHash? password, AuthState? state)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            AuthResult? error = null;
            if (state is null)
                (state, error) = await ReadAsync();
            if (error is not null)
                return error;
            if (state!.FindUser(change.Name) is not { } old)
                return new AuthResult(404, $"auth: User {change.Name} does not exist.");
            (IReadOnlyList<string> roles, error) = AuthMerge.Roles(old, change);
            if (error is not null)
                return error;
            if (CheckSizes(roles) is { } tooLarge)
                return tooLarge;
            if (password is null && AuthMerge.AreSame(old.EffectiveRoles, roles))
            {
                return new AuthResult(
                    400, "auth: User not updated. Use grant/revoke/password to update the user.");
            }

            AuthUser user = old with { Password = password ?? old.Password, Roles = roles };
            KeyError? failed = await SwapAsync(
                AuthRecords.UserPrefix + change.Name, AuthRecords.EncodeUser(user.Password, roles), old.Version);
            if (failed is null)
            {
                logger.UserChanged(change.Name, password is null ? "given other roles" : "given another password");
                return new AuthResult(200) { User = user };
            }

            if (failed.Code is not (ErrorCode.CompareFailed or ErrorCode.KeyNotFound))
                return Explain(failed, null);
            state = null;
        }

        return Contended(change.Name);
    }

    private async Task<AuthResult> MakeRoleAsync(string name, RolePatterns patterns)
    {
        KeyError? error = await CreateAsync(
            AuthRecords.RolePrefix + name, AuthRecords.EncodeRole(patterns.Read, patterns.Write));
        if (error is not null)
            return Explain(error, new AuthResult(409, $"auth: Role {name} already exists."));
        logger.RoleChanged(name, "made");
        return new AuthResult(201) { Role = new AuthRole(name, patterns.Read, patterns.Write, 0) };
    }

    private async Task<AuthResult> UpdateRoleAsync(RoleChange change)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            (AuthState? state, AuthResult? error) = await ReadAsync();
            if (state is null)
                return error!;
            if (state.FindRole(change.Name) is not { } old)
                return new AuthResult(404, $"auth: Role {change.Name} does not exist.");
            (RolePatterns patterns, error) = AuthMerge.Patterns(old, change);
            if (error is not null)
                return error;
            if (CheckSizes([.. patterns.Read ?? [], .. patterns.Write ?? []]) is { } tooLarge)
                return tooLarge;
            if (AuthMerge.AreSame(old.Read, patterns.Read) && AuthMerge.AreSame(old.Write, patterns.Write))
                return new AuthResult(400, "auth: Role not updated. Use grant/revoke to update the role.");
            KeyError? failed = await SwapAsync(
                AuthRecords.RolePrefix + change.Name, AuthRecords.EncodeRole(patterns.Read, patterns.Write),
                old.Version);
            if (failed is null)
            {
                logger.RoleChanged(change.Name, "given other patterns");
                return new AuthResult(200) { Role = new AuthRole(change.Name, patterns.Read, patterns.Write, 0) };
            }

            if (failed.Code is not (ErrorCode.CompareFailed or ErrorCode.KeyNotFound))
                return Explain(failed, null);
        }

        return Contended(change.Name);
    }

    private async Task<AuthResult> SwitchAsync(bool isEnabled, string already)
    {
        KeyError? error = await EnsureAsync();
        if (error is not null)
            return Explain(error, null);
        (IKeyspace? keyspace, error) = await store.ReadLinearizableAsync(CancellationToken.None);
        await Task.Yield();
        if (keyspace is null)
            return Explain(error!, null);
        if (!keyspace.TryGetSystemRecord(Encoding.UTF8.GetBytes(AuthRecords.EnabledKey), out KeyRecord record)
            || AuthRecords.IsEnabled(record.Value) == isEnabled)
        {
            return new AuthResult(409, already);
        }

        error = await SwapAsync(AuthRecords.EnabledKey, AuthRecords.Enabled(isEnabled), record.ModifiedIndex);
        if (error is not null)
            return Explain(error, new AuthResult(409, already));
        logger.Switched(isEnabled ? "on: who asks must say who he is" : "off");
        return new AuthResult(200);
    }

    private async Task<AuthResult> DeleteAsync(string key, string missing)
    {
        KeyError? error = await EnsureAsync() ?? await ProposeAsync(KeyOperation.SystemDelete, key, [], 0);
        if (error is null)
            return new AuthResult(200);
        return error.Code == ErrorCode.KeyNotFound ? new AuthResult(404, missing) : Explain(error, null);
    }

    private async Task<KeyError?> CreateAsync(string key, byte[] value) =>
        await EnsureAsync() ?? await ProposeAsync(KeyOperation.SystemCreate, key, value, 0);

    private Task<KeyError?> SwapAsync(string key, byte[] value, ulong version) =>
        ProposeAsync(KeyOperation.SystemCompareAndSwap, key, value, version);

    // etcd makes its directories and the switch with the first change; each moves the index once.
    private async Task<KeyError?> EnsureAsync()
    {
        if (store.Current.TryGetSystem(Encoding.UTF8.GetBytes(AuthRecords.EnabledKey), out _))
            return null;
        List<Task<KeyError?>> all = [];
        foreach ((string key, byte[] value) in AuthRecords.First)
            all.Add(ProposeAsync(KeyOperation.SystemCreate, key, value, 0));
        foreach (KeyError? error in await Task.WhenAll(all))
        {
            if (error is not null && error.Code != ErrorCode.KeyExists)
                return error;
        }

        return null;
    }

    private async Task<KeyError?> ProposeAsync(KeyOperation operation, string key, byte[] value, ulong version)
    {
        byte[] command = new KeyCommand
        {
            Operation = operation,
            Key = Encoding.UTF8.GetBytes(key),
            Value = value,
            PreviousIndex = version,
        }.Encode();
        KeyOutcome outcome = await store.ProposeAsync(command, CancellationToken.None);

        // What follows may read all users: not on the thread that applies writes.
        await Task.Yield();
        return outcome.Error;
    }

    private async Task<(AuthState? State, AuthResult? Error)> ReadAsync()
    {
        (IKeyspace? keyspace, KeyError? error) = await store.ReadLinearizableAsync(CancellationToken.None);
        await Task.Yield();
        return keyspace is null ? (null, Explain(error!, null)) : (AuthState.Read(keyspace, gate.State), null);
    }

    private static AuthResult Contended(string name) =>
        new(409, $"corenode: {name} was changed by others {MaxAttempts} times meanwhile; try again");

    private static AuthResult Explain(KeyError error, AuthResult? expected)
    {
        if (expected is not null && error.Code is ErrorCode.KeyExists or ErrorCode.CompareFailed)
            return expected!;
        string cause = Encoding.UTF8.GetString(error.Cause.Span);
        return new AuthResult(cause.StartsWith("corenode:", StringComparison.Ordinal) ? 503 : 500, cause);
    }
}
