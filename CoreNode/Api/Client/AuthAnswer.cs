using System.Text;
using System.Text.Json;

namespace CoreNode.Api.Client;

/// <summary>Reads the answers of /v2/auth. Tolerant: what is missing stays empty.</summary>
public static class AuthAnswer
{
    /// <summary>Reads any of them.</summary>
    public static AuthOutcome Parse(V2Reply reply)
    {
        if (reply is V2Reply.Failed failed)
            return new AuthOutcome.Unreachable(failed.Failures) { MayHaveHappened = failed.MayHaveHappened };
        var answer = (V2Reply.Answered)reply;
        if (answer.IsSuccess)
        {
            string text = Encoding.UTF8.GetString(answer.Body).TrimEnd('\n');
            var done = new AuthOutcome.Done(answer.Status, text);
            try
            {
                return text.Length == 0 ? done : Read(done, answer.Body);
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
            {
                // Falls through: an answer that cannot be read is told like any other that is not the API's.
            }
        }

        return new AuthOutcome.Refused(answer.Endpoint, answer.Status, V2Json.ParseError(answer).Message)
        {
            Body = answer.Body,
        };
    }

    private static AuthOutcome.Done Read(AuthOutcome.Done done, byte[] body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement root = document.RootElement;
        return done with
        {
            IsEnabled = root.TryGetProperty("enabled", out JsonElement enabled)
                && enabled.ValueKind == JsonValueKind.True,
            Users = root.TryGetProperty("user", out _) ? [User(root)] : [.. Items(root, "users").Select(User)],
            Roles = root.TryGetProperty("role", out _)
                ? [Role(root)]
                : root.TryGetProperty("user", out _) ? [] : [.. Items(root, "roles").Select(Role)],
        };
    }

    private static ListedUser User(JsonElement user) => new(Text(user, "user"), [.. Items(user, "roles").Select(
        static role => role.ValueKind == JsonValueKind.String ? role.GetString() ?? "" : Text(role, "role"))]);

    private static ListedRole Role(JsonElement role)
    {
        JsonElement keys = default;
        if (role.TryGetProperty("permissions", out JsonElement permissions))
            permissions.TryGetProperty("kv", out keys);
        return new ListedRole(Text(role, "role"), Texts(keys, "read"), Texts(keys, "write"));
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static List<string> Texts(JsonElement parent, string name) =>
        [.. Items(parent, name).Select(static item => item.GetString() ?? "")];

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement list)
            && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : [];
}
