using CoreNode.Api.Wire;

namespace CoreNode.Api.Auth;

/// <summary>Users and roles as /v2/auth shows and takes them.</summary>
internal static class AuthJson
{
    /// <summary>A user with its roles' patterns; names of roles that are not there are left out.</summary>
    public static void WriteUser(JsonBuffer json, AuthUser user, AuthState state)
    {
        json.Raw("{\"user\":"u8);
        json.Quoted(user.Name);
        AuthRole[] roles = [.. (user.EffectiveRoles ?? []).Select(state.FindRole).OfType<AuthRole>()];
        if (roles.Length > 0)
        {
            json.Raw(",\"roles\":"u8);
            WriteList(json, roles, WriteRole);
        }

        json.Raw("}"u8);
    }

    /// <summary>A user with its roles' names, as a change answers.</summary>
    public static void WriteChanged(JsonBuffer json, AuthUser user)
    {
        json.Raw("{\"user\":"u8);
        json.Quoted(user.Name);
        json.Raw(",\"roles\":"u8);
        WriteTexts(json, user.Roles);
        json.Raw("}"u8);
    }

    /// <summary>A role.</summary>
    public static void WriteRole(JsonBuffer json, AuthRole role)
    {
        json.Raw("{\"role\":"u8);
        json.Quoted(role.Name);
        json.Raw(",\"permissions\":{\"kv\":{\"read\":"u8);
        WriteTexts(json, role.Read);
        json.Raw(",\"write\":"u8);
        WriteTexts(json, role.Write);
        json.Raw("}}}"u8);
    }

    /// <summary>A list of anything.</summary>
    public static void WriteList<T>(JsonBuffer json, IReadOnlyList<T> items, Action<JsonBuffer, T> write)
    {
        json.Raw("["u8);
        for (int i = 0; i < items.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            write(json, items[i]);
        }

        json.Raw("]"u8);
    }

    /// <summary>Reads the body of a user's PUT; null if a field has another type than etcd's.</summary>
    public static UserChange? ReadUser(GoJsonValue request)
    {
        bool isGood = IsMapOrNull(request) & TryText(request, "user", out string name)
            & TryText(request, "password", out string password) & TryTexts(request, "roles", out List<string>? roles)
            & TryTexts(request, "grant", out List<string>? grant)
            & TryTexts(request, "revoke", out List<string>? revoke);
        return isGood
            ? new UserChange(name, System.Text.Encoding.UTF8.GetBytes(password), roles, grant ?? [], revoke ?? [])
            : null;
    }

    /// <summary>Reads the body of a role's PUT; null if a field has another type than etcd's.</summary>
    public static RoleChange? ReadRole(GoJsonValue request)
    {
        bool isGood = IsMapOrNull(request) & TryText(request, "role", out string name)
            & TryPatterns(request, "permissions", out RolePatterns? permissions)
            & TryPatterns(request, "grant", out RolePatterns? grant)
            & TryPatterns(request, "revoke", out RolePatterns? revoke);
        return isGood ? new RoleChange(name, permissions ?? RolePatterns.None, grant, revoke) : null;
    }

    private static void WriteTexts(JsonBuffer json, IReadOnlyList<string>? texts)
    {
        if (texts is null)
            json.Raw("null"u8);
        else
            MemberJson.WriteTexts(json, texts);
    }

    private static bool IsMapOrNull(GoJsonValue value) => value.Kind is GoJsonKind.Map or GoJsonKind.Null;

    private static bool TryText(GoJsonValue request, string name, out string text)
    {
        GoJsonValue? field = request.Find(name);
        text = field?.Text ?? "";
        return (field?.Kind ?? GoJsonKind.Text) == GoJsonKind.Text;
    }

    private static bool TryTexts(GoJsonValue request, string name, out List<string>? texts)
    {
        texts = null;
        if (request.Find(name) is not { } field)
            return true;
        if (field.Kind != GoJsonKind.Array
            || field.Items.Any(static item => item.Kind is not (GoJsonKind.Text or GoJsonKind.Null)))
        {
            return false;
        }

        texts = [.. field.Items.Select(static item => item.Text)];
        return true;
    }

    private static bool TryPatterns(GoJsonValue request, string name, out RolePatterns? patterns)
    {
        patterns = null;
        if (request.Find(name) is not { } field)
            return true;
        if (field.Kind != GoJsonKind.Map)
            return false;
        patterns = RolePatterns.None;
        if (field.Find("kv") is not { } keys)
            return true;
        if (keys.Kind != GoJsonKind.Map || !TryTexts(keys, "read", out List<string>? read)
            || !TryTexts(keys, "write", out List<string>? write))
        {
            return false;
        }

        patterns = new RolePatterns(read, write);
        return true;
    }
}
