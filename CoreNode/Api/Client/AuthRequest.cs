using System.Text;
using System.Text.Json;

namespace CoreNode.Api.Client;

/// <summary>Requests of /v2/auth, as etcd's own client makes them.</summary>
public static class AuthRequest
{
    private const string UsersPath = "/v2/auth/users";
    private const string RolesPath = "/v2/auth/roles";
    private const string EnablePath = "/v2/auth/enable";

    /// <summary>All users.</summary>
    public static V2Request Users { get; } = V2Request.Plain(UsersPath);

    /// <summary>All roles.</summary>
    public static V2Request Roles { get; } = V2Request.Plain(RolesPath);

    /// <summary>Whether users must say who they are.</summary>
    public static V2Request IsEnabled { get; } = V2Request.Plain(EnablePath);

    /// <summary>Turns that on or off.</summary>
    public static V2Request Switch(bool isEnabled) =>
        new(isEnabled ? HttpMethod.Put : HttpMethod.Delete, EnablePath, null);

    /// <summary>One user.</summary>
    public static V2Request User(string name) => V2Request.Plain(Path(UsersPath, name));

    /// <summary>One role.</summary>
    public static V2Request Role(string name) => V2Request.Plain(Path(RolesPath, name));

    /// <summary>Makes a user, or changes its password if it is there and no roles are given.</summary>
    public static V2Request PutUser(string name, string password, IReadOnlyList<string> roles) =>
        Put(UsersPath, name, "user", json =>
        {
            json.Append(",\"password\":").Append(Quoted(password));
            if (roles.Count > 0)
                Append(json, "roles", roles);
        });

    /// <summary>Changes a user's roles.</summary>
    public static V2Request ChangeUser(string name, bool isGrant, IReadOnlyList<string> roles) =>
        Put(UsersPath, name, "user", json => Append(json, isGrant ? "grant" : "revoke", roles));

    /// <summary>Removes a user.</summary>
    public static V2Request RemoveUser(string name) => new(HttpMethod.Delete, Path(UsersPath, name), null);

    /// <summary>Makes a role without patterns.</summary>
    public static V2Request AddRole(string name) =>
        Put(RolesPath, name, "role", static json => AppendPatterns(json, "permissions", [], []));

    /// <summary>Changes a role's patterns.</summary>
    public static V2Request ChangeRole(
        string name, bool isGrant, IReadOnlyList<string> read, IReadOnlyList<string> write) =>
        Put(RolesPath, name, "role", json => AppendPatterns(json, isGrant ? "grant" : "revoke", read, write));

    /// <summary>Removes a role.</summary>
    public static V2Request RemoveRole(string name) => new(HttpMethod.Delete, Path(RolesPath, name), null);

    private static V2Request Put(string path, string name, string field, Action<StringBuilder> rest)
    {
        StringBuilder json = new($"{{\"{field}\":{Quoted(name)}");
        rest(json);
        return new V2Request(HttpMethod.Put, Path(path, name), null) { Json = json.Append('}').ToString() };
    }

    private static string Path(string path, string name) => $"{path}/{Uri.EscapeDataString(name)}";

    private static void AppendPatterns(
        StringBuilder json, string field, IReadOnlyList<string> read, IReadOnlyList<string> write)
    {
        json.Append(",\"").Append(field).Append("\":{\"kv\":{\"read\":");
        json.Append(List(read)).Append(",\"write\":").Append(List(write)).Append("}}");
    }

    private static void Append(StringBuilder json, string field, IReadOnlyList<string> texts) =>
        json.Append(",\"").Append(field).Append("\":").Append(List(texts));

    private static string List(IReadOnlyList<string> texts) => $"[{string.Join(',', texts.Select(Quoted))}]";

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
