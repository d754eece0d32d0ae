using System.Text;
using CoreNode.Api.Wire;

namespace CoreNode.Api;

/// <summary>
/// /v2/auth as etcd answers while auth is off and nobody was ever created: everybody is root, the role "root" exists.
/// </summary>
internal sealed class AuthEndpoint(ApiOptions options, ClusterIdHeader clusterId)
{
    private const string RoleRoot = """{"role":"root","permissions":{"kv":{"read":["/*"],"write":["/*"]}}}""";
    private const string RootIsFixed = "auth: Cannot modify role root: is root role.";

    /// <summary>Answers a request for what follows "/v2/auth"; null if that is no path of this surface.</summary>
    public Task? Answer(RequestContext context, ReadOnlySpan<byte> rest)
    {
        string path = Encoding.UTF8.GetString(rest);
        if (path == "/enable")
            return Enable(context);
        string[] parts = path.TrimEnd('/').Split('/');
        if (parts.Length < 2 || parts[1] is not ("users" or "roles"))
            return null;
        bool isUser = parts[1] == "users";
        return parts.Length switch
        {
            2 => List(context, isUser),
            3 => isUser ? User(context, parts[2]) : Role(context, parts[2]),
            _ => context.Message(400, "Invalid path"),
        };
    }

    /// <summary>The only place that refuses what needs stored users and roles.</summary>
    private static Task Refuse(RequestContext context) =>
        context.Message(503, "this version has no users and roles yet: auth stays disabled");

    private static Task Text(RequestContext context, string json)
    {
        context.Headers.ContentType = RequestContext.JsonType;
        return context.Answer(Encoding.UTF8.GetBytes(json + "\n"));
    }

    private Task Enable(RequestContext context)
    {
        if (!IsAllowed(context, "GET,PUT,DELETE"))
            return context.MethodNotAllowed("GET,PUT,DELETE");
        return context.Method switch
        {
            "GET" => Text(context, """{"enabled":false}"""),
            "PUT" => context.Message(409, "auth: No root user available, please create one"),
            _ => context.Message(409, "auth: already disabled"),
        };
    }

    private Task List(RequestContext context, bool isUser)
    {
        if (!IsAllowed(context, "GET"))
            return context.MethodNotAllowed("GET");
        // etcd reads these lists' query as a form, and has no better answer for one that cannot be parsed.
        if (!IsForm(context))
            return context.Message(500, "Internal Server Error");
        return Text(context, isUser ? """{"users":null}""" : $$"""{"roles":[{{RoleRoot}}]}""");
    }

    private static bool IsForm(RequestContext context)
    {
        RequestScratch scratch = RequestScratch.Current;
        if (!context.TryParseTarget(scratch, out RequestTarget target))
            return false;
        FormReader query = new(target.Query, scratch.Form(target.Query.Length));
        while (query.MoveNext())
        {
        }

        return query.Error is null;
    }

    private Task User(RequestContext context, string user)
    {
        if (!IsAllowed(context, "GET,PUT,DELETE"))
            return context.MethodNotAllowed("GET,PUT,DELETE");
        return context.Method switch
        {
            "GET" => context.Message(404, $"auth: User {user} does not exist."),
            "DELETE" => context.Message(404, $"auth: User {user} does not exist"),
            _ => WriteAsync(context, "user", user),
        };
    }

    private Task Role(RequestContext context, string role)
    {
        if (!IsAllowed(context, "GET,PUT,DELETE"))
            return context.MethodNotAllowed("GET,PUT,DELETE");
        return (context.Method, role) switch
        {
            ("GET", "root") => Text(context, RoleRoot),
            ("GET", _) => context.Message(404, $"auth: Role {role} does not exist."),
            ("DELETE", "root") => context.Message(403, RootIsFixed),
            ("DELETE", _) => context.Message(404, $"auth: Role {role} doesn't exist."),
            _ => WriteAsync(context, "role", role),
        };
    }

    private async Task WriteAsync(RequestContext context, string kind, string name)
    {
        RequestBody body = await BodyReader.ReadAsync(context, options.MaxJsonBytes);
        GoJsonValue? request = body.IsTooLong ? null : GoJson.Parse(body.Bytes.Span, isStream: true, out _);
        if (request is null || !HasFieldTypes(request, kind))
            await context.Message(400, "Invalid JSON in request body.");
        else if ((request.Find(kind)?.Text ?? "") != name)
            await context.Message(400, $"{Title(kind)} JSON name does not match the name in the URL");
        else
            await (kind == "user" ? CheckUser(context, request, name) : CheckRole(context, request, name));
    }

    private static string Title(string kind) => kind == "user" ? "User" : "Role";

    private static bool HasFieldTypes(GoJsonValue request, string kind) =>
        request.Kind is GoJsonKind.Map or GoJsonKind.Null
        && (request.Find(kind)?.Kind ?? GoJsonKind.Text) == GoJsonKind.Text
        && (request.Find("password")?.Kind ?? GoJsonKind.Text) == GoJsonKind.Text;

    private static Task CheckUser(RequestContext context, GoJsonValue request, string name)
    {
        bool hasRoles = request.Find("roles")?.Items.Count > 0;
        if (request.Find("grant")?.Items.Count > 0 || request.Find("revoke")?.Items.Count > 0)
        {
            return hasRoles
                ? context.Message(400, "User JSON contains both roles and grant/revoke")
                : context.Message(404, $"auth: User {name} does not exist.");
        }

        return (request.Find("password")?.Text ?? "").Length == 0
            ? context.Message(400, $"auth: Cannot create user {name} with an empty password")
            : Refuse(context);
    }

    private static Task CheckRole(RequestContext context, GoJsonValue request, string name)
    {
        bool isUpdate = HasPaths(request.Find("grant")) || HasPaths(request.Find("revoke"));
        if (isUpdate && HasPaths(request.Find("permissions")))
            return context.Message(400, "Role JSON contains both permissions and grant/revoke");
        if (name == "root")
            return context.Message(403, RootIsFixed);
        return isUpdate ? context.Message(404, $"auth: Role {name} does not exist.") : Refuse(context);
    }

    // {"kv":{"read":[…],"write":[…]}} with anything in one of the lists.
    private static bool HasPaths(GoJsonValue? permissions) =>
        permissions?.Find("kv") is { } kv
        && (kv.Find("read")?.Items.Count > 0 || kv.Find("write")?.Items.Count > 0);

    private bool IsAllowed(RequestContext context, string methods)
    {
        if (!methods.Split(',').Contains(context.Method))
            return false;
        clusterId.Apply(context);
        return true;
    }
}
