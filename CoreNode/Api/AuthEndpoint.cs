using System.Text;
using CoreNode.Api.Auth;
using CoreNode.Api.Limits;
using CoreNode.Api.Wire;

namespace CoreNode.Api;

/// <summary>
/// /v2/auth: users, roles and the switch, as etcd answers. Once it is on, everything but reading the switch needs the
/// role root.
/// </summary>
internal sealed class AuthEndpoint(ApiOptions options, AuthGate gate, AuthAdmin admin, ClusterIdHeader clusterId)
{
    private const string ReadAndWrite = "GET,PUT,DELETE";

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

    private static Task Show(RequestContext context, int status, JsonBuffer json)
    {
        json.Raw("\n"u8);
        return context.Json(status, json);
    }

    private static Task Done(RequestContext context)
    {
        context.Headers.ContentType = RequestContext.JsonType;
        return context.Answer(default);
    }

    private static async Task AnswerAsync(RequestContext context, Task<AuthResult> work)
    {
        AuthResult result = await work;
        JsonBuffer json = RequestScratch.Current.TakeJson();
        if (result.Error.Length > 0)
        {
            await context.Message(result.Status, result.Error);
        }
        else if (result.User is { } user)
        {
            AuthJson.WriteChanged(json, user);
            await Show(context, result.Status, json);
        }
        else if (result.Role is { } role)
        {
            AuthJson.WriteRole(json, role);
            await Show(context, result.Status, json);
        }
        else
        {
            await Done(context);
        }
    }

    // Null if the request may go on.
    private Task? Refuse(RequestContext context, string methods, bool needsRoot = true)
    {
        if (!methods.Split(',').Contains(context.Method))
            return context.MethodNotAllowed(methods);
        if (needsRoot && context.Rights is { IsRoot: false })
            return AuthRefusal.Root(context);
        clusterId.Apply(context);
        return null;
    }

    private Task Enable(RequestContext context)
    {
        if (Refuse(context, ReadAndWrite, needsRoot: context.Method != "GET") is { } refusal)
            return refusal;
        if (context.Method != "GET")
            return AnswerAsync(context, context.Method == "PUT" ? admin.EnableAsync() : admin.DisableAsync());
        JsonBuffer json = RequestScratch.Current.TakeJson();
        json.Raw(gate.IsEnabled ? "{\"enabled\":true}"u8 : "{\"enabled\":false}"u8);
        return Show(context, 200, json);
    }

    private Task List(RequestContext context, bool isUser)
    {
        if (Refuse(context, "GET") is { } refusal)
            return refusal;
        // etcd reads these lists' query as a form, and has no better answer for one that cannot be parsed.
        if (!IsForm(context))
            return context.Message(500, "Internal Server Error");
        AuthState state = gate.State;
        JsonBuffer json = RequestScratch.Current.TakeJson();
        if (isUser)
        {
            AuthUser[] users = [.. state.Users];
            json.Raw("{\"users\":"u8);
            if (users.Length == 0)
                json.Raw("null"u8);
            else
                AuthJson.WriteList(json, users, (buffer, user) => AuthJson.WriteUser(buffer, user, state));
        }
        else
        {
            json.Raw("{\"roles\":"u8);
            AuthJson.WriteList(json, [.. state.Roles], AuthJson.WriteRole);
        }

        json.Raw("}"u8);
        return Show(context, 200, json);
    }

    private Task User(RequestContext context, string name)
    {
        if (Refuse(context, ReadAndWrite) is { } refusal)
            return refusal;
        if (context.Method == "DELETE")
            return AnswerAsync(context, admin.DeleteUserAsync(name));
        if (context.Method == "PUT")
            return PutAsync(context, name, "User", AuthJson.ReadUser, static one => one.Name, admin.PutUserAsync);
        AuthState state = gate.State;
        if (state.FindUser(name) is not { } user)
            return context.Message(404, $"auth: User {name} does not exist.");
        // In its list of users, etcd leaves out what it complains about here.
        if (user.EffectiveRoles?.FirstOrDefault(role => state.FindRole(role) is null) is { } missing)
            return context.Message(404, $"auth: Role {missing} does not exist.");
        JsonBuffer json = RequestScratch.Current.TakeJson();
        AuthJson.WriteUser(json, user, state);
        return Show(context, 200, json);
    }

    private Task Role(RequestContext context, string name)
    {
        if (Refuse(context, ReadAndWrite) is { } refusal)
            return refusal;
        if (context.Method == "DELETE")
            return AnswerAsync(context, admin.DeleteRoleAsync(name));
        if (context.Method == "PUT")
            return PutAsync(context, name, "Role", AuthJson.ReadRole, static one => one.Name, admin.PutRoleAsync);
        if (gate.State.FindRole(name) is not { } role)
            return context.Message(404, $"auth: Role {name} does not exist.");
        JsonBuffer json = RequestScratch.Current.TakeJson();
        AuthJson.WriteRole(json, role);
        return Show(context, 200, json);
    }

    private async Task PutAsync<T>(
        RequestContext context, string name, string kind, Func<GoJsonValue, T?> read, Func<T, string> nameOf,
        Func<T, Task<AuthResult>> put)
        where T : class
    {
        RequestBody body = await BodyReader.ReadAsync(context, options.MaxJsonBytes);
        if (body.NoRoom is { } noRoom)
        {
            await LimitAnswer.Message(context, noRoom);
            return;
        }

        GoJsonValue? json = body.IsTooLong ? null : GoJson.Parse(body.Bytes.Span, isStream: true, out _);
        T? change = json is null ? null : read(json);
        if (change is null)
            await context.Message(400, "Invalid JSON in request body.");
        else if (nameOf(change) != name)
            await context.Message(400, $"{kind} JSON name does not match the name in the URL");
        else
            await AnswerAsync(context, put(change));
    }
}
