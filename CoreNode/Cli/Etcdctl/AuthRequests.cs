using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Cli.Auth;

namespace CoreNode.Cli.Etcdctl;

/// <summary>etcdctl's auth, user and role; texts and exit codes are etcdctl 3.4's, slips included.</summary>
internal static class AuthRequests
{
    private static readonly GoFlag s_roles = new(["roles"], GoFlagKind.Texts, "a role; again for each further one");

    private static readonly GoFlag[] s_permission =
    [
        new(["path"], GoFlagKind.Text, "a key, or a beginning with * at its end"),
        new(["read"], GoFlagKind.Boolean, "for reading"),
        new(["write"], GoFlagKind.Boolean, "for writing"),
        new(["readwrite", "rw"], GoFlagKind.Boolean, "for both"),
    ];

    public static IEnumerable<EtcdctlCommand> All =>
    [
        new("auth enable", "turn users and roles on", "", [], (session, flags) => SwitchAsync(session, flags, true)),
        new("auth disable", "turn users and roles off", "", [], (session, flags) => SwitchAsync(session, flags, false)),
        new("user add", "make a user", "<user>[:<password>]", [], AddUserAsync),
        new("user get", "show a user", "<user>", [], GetUserAsync),
        new("user list", "list the users", "", [], ListUsersAsync),
        new("user remove", "remove a user", "<user>", [], RemoveUserAsync),
        new("user grant", "give a user roles", "<user>", [s_roles],
            (session, flags) => ChangeUserAsync(session, flags, true)),
        new("user revoke", "take roles from a user", "<user>", [s_roles],
            (session, flags) => ChangeUserAsync(session, flags, false)),
        new("user passwd", "change a user's password", "<user>", [], PasswordAsync),
        new("role add", "make a role", "<role>", [], AddRoleAsync),
        new("role get", "show a role", "<role>", [], GetRoleAsync),
        new("role list", "list the roles", "", [], ListRolesAsync),
        new("role remove", "remove a role", "<role>", [], RemoveRoleAsync),
        new("role grant", "open keys to a role", "<role>", s_permission,
            (session, flags) => ChangeRoleAsync(session, flags, true)),
        new("role revoke", "close keys to a role", "<role>", s_permission,
            (session, flags) => ChangeRoleAsync(session, flags, false)),
    ];

    private static async Task<int> SwitchAsync(EtcdctlSession session, GoFlagSet flags, bool isEnabled)
    {
        RefuseArguments(flags);
        await CallAsync(session, AuthRequest.Switch(isEnabled));
        return Say(session, isEnabled ? "Authentication Enabled" : "Authentication Disabled");
    }

    // etcdctl means to refuse one that is there, but changes its password.
    private static async Task<int> AddUserAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string argument = Name(flags, "username");
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? argument : argument[..colon];
        string password = colon < 0 ? await session.AskSecretAsync("New password: ") : argument[(colon + 1)..];
        await CallAsync(session, AuthRequest.PutUser(name, password, []));
        return Say(session, $"User {name} created");
    }

    private static async Task<int> GetUserAsync(EtcdctlSession session, GoFlagSet flags)
    {
        AuthOutcome.Done done = await CallAsync(session, AuthRequest.User(Name(flags, "username")));
        ListedUser user = done.Users[0];

        // etcd's client makes room for the names before it adds them, so as many empty ones are printed first.
        string room = new(' ', user.Roles.Count);
        return Say(session, $"User: {user.Name}\nRoles: {room}{string.Join(' ', user.Roles)}");
    }

    private static async Task<int> ListUsersAsync(EtcdctlSession session, GoFlagSet flags)
    {
        RefuseArguments(flags);
        foreach (ListedUser user in (await CallAsync(session, AuthRequest.Users)).Users)
            Say(session, user.Name);
        return EtcdctlExit.Done;
    }

    private static async Task<int> RemoveUserAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string name = Name(flags, "username");
        await CallAsync(session, AuthRequest.RemoveUser(name));
        return Say(session, $"User {name} removed");
    }

    private static async Task<int> ChangeUserAsync(EtcdctlSession session, GoFlagSet flags, bool isGrant)
    {
        IReadOnlyList<string> roles = flags.Texts("roles");
        if (roles.Count == 0)
            throw Wrong("No roles specified; please use `--roles`");
        string name = Name(flags, "username");
        await CallAsync(session, AuthRequest.ChangeUser(name, isGrant, roles));
        return Say(session, $"User {name} updated");
    }

    private static async Task<int> PasswordAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string name = Name(flags, "username");
        string password = await session.AskSecretAsync("New password: ");
        AuthOutcome.Done done = await CallAsync(session, AuthRequest.PutUser(name, password, []));

        // The server made a user that was not there; etcdctl takes that status for a failure without a message.
        if (done.Status == 201)
            throw Wrong("");
        return Say(session, "Password updated");
    }

    private static async Task<int> AddRoleAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string name = Name(flags, "role name");
        V2Client client = await session.OpenAsync();
        AuthOutcome found = AuthAnswer.Parse(
            await client.SendAsync(AuthRequest.Role(name), session.Host.Cancellation));
        if (found is AuthOutcome.Done)
            throw Wrong($"Role {name} already exists");
        Unwrap(await client.SendAsync(AuthRequest.AddRole(name), session.Host.Cancellation));
        return Say(session, $"Role {name} created");
    }

    private static async Task<int> GetRoleAsync(EtcdctlSession session, GoFlagSet flags)
    {
        AuthOutcome.Done done = await CallAsync(session, AuthRequest.Role(Name(flags, "role name")));
        RoleCommands.Print(session.Host.Output, done.Roles[0]);
        return EtcdctlExit.Done;
    }

    private static async Task<int> ListRolesAsync(EtcdctlSession session, GoFlagSet flags)
    {
        RefuseArguments(flags);
        V2Client client = await session.OpenAsync();
        V2Reply reply = await client.SendAsync(AuthRequest.Roles, session.Host.Cancellation);

        // The one request whose refusal etcd's client does not read.
        if (reply is V2Reply.Answered { IsSuccess: false, Status: < 500 } refused)
            throw Wrong(string.Create(CultureInfo.InvariantCulture, $"unexpected status code {refused.Status}"));
        foreach (ListedRole role in Unwrap(reply).Roles)
            Say(session, role.Name);
        return EtcdctlExit.Done;
    }

    private static async Task<int> RemoveRoleAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string name = Name(flags, "role name");
        await CallAsync(session, AuthRequest.RemoveRole(name));
        return Say(session, $"Role {name} removed");
    }

    private static async Task<int> ChangeRoleAsync(EtcdctlSession session, GoFlagSet flags, bool isGrant)
    {
        string path = flags.Text("path") ?? "";
        if (path.Length == 0)
            throw Wrong("No path specified; please use `--path`");
        if (Canonical(path) != path)
            throw Wrong($"Not canonical path; please use `--path={Canonical(path)}`");
        bool read = flags.Has("read");
        bool write = flags.Has("write");
        bool both = flags.Has("readwrite");
        if (new[] { read, write, both }.Count(static given => given) != 1)
            throw Wrong("Please specify exactly one of --read, --write or --readwrite");
        string name = Name(flags, "role name");
        V2Client client = await session.OpenAsync();
        Unwrap(await client.SendAsync(AuthRequest.Role(name), session.Host.Cancellation));
        Unwrap(await client.SendAsync(
            AuthRequest.ChangeRole(name, isGrant, write ? [] : [path], read ? [] : [path]),
            session.Host.Cancellation));
        return Say(session, $"Role {name} updated");
    }

    // As Go's path.Clean, but a slash at the end stays.
    private static string Canonical(string path)
    {
        string clean = KeyPath.Clean(path);
        return path.EndsWith('/') && clean != "/" ? clean + "/" : clean;
    }

    private static async Task<AuthOutcome.Done> CallAsync(EtcdctlSession session, V2Request request)
    {
        V2Client client = await session.OpenAsync();
        return Unwrap(await client.SendAsync(request, session.Host.Cancellation));
    }

    private static AuthOutcome.Done Unwrap(V2Reply reply)
    {
        AuthOutcome outcome = AuthAnswer.Parse(reply);
        return outcome switch
        {
            AuthOutcome.Done done => done,
            AuthOutcome.Refused { Body: [not (byte)'{', ..] } refused =>
                throw Wrong($"invalid character '{(char)refused.Body[0]}' looking for beginning of value"),
            AuthOutcome.Refused { Status: >= 500 } refused => throw Wrong(
                $"client: etcd cluster is unavailable or misconfigured; error #0: {refused.Message}\n"),
            AuthOutcome.Refused refused => throw Wrong(refused.Message),
            AuthOutcome.Unreachable unreachable => throw Wrong(
                "client: etcd cluster is unavailable or misconfigured; "
                + string.Join("; ", unreachable.Failures.Select(
                    static (failure, at) => $"error #{at}: {GoErrors.Describe(failure)}\n"))),
            _ => throw new InvalidOperationException("an unknown outcome"),
        };
    }

    private static string Name(GoFlagSet flags, string what) => flags.Arguments is [var name]
        ? name
        : throw Wrong($"Please provide a {what}");

    private static void RefuseArguments(GoFlagSet flags)
    {
        if (flags.Arguments.Count > 0)
            throw Wrong("No arguments accepted");
    }

    private static EtcdctlException Wrong(string message) => new(EtcdctlExit.BadArguments, message);

    private static int Say(EtcdctlSession session, string line)
    {
        session.Host.Output.WriteLine(line);
        return EtcdctlExit.Done;
    }
}
