namespace CoreNode.Tests.Api.Access;

/// <summary>One request of a row of the table in docs/security.md.</summary>
/// <param name="Row">The row's first cell.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Answers">Statuses of an answer to who is let in.</param>
internal sealed record AskedRequest(string Row, string Method, string Target, params int[] Answers)
{
    /// <summary>At least one for each row. None of them is refused for anything but who asks.</summary>
    public static readonly IReadOnlyList<AskedRequest> All =
    [
        new("read and watch keys", "GET", "/v2/keys/?recursive=true", 200),
        new("read and watch keys", "GET", "/v2/keys/_coreos.com/none", 404),
        new("read and watch keys", "HEAD", "/v2/keys/coreos.com/none", 404),
        new("write keys", "PUT", "/v2/keys/plain?value=1", 200, 201),
        new("write keys", "POST", "/v2/keys/queue?value=1", 201),
        new("write keys", "DELETE", "/v2/keys/none", 404),
        new("write guarded keys", "PUT", "/v2/keys/_coreos.com/fleet/a?value=1", 200, 201),
        new("write guarded keys", "POST", "/v2/keys/coreos.com?value=1", 201),
        new("write guarded keys", "DELETE", "/v2/keys/_coreos.com/none", 404),
        new("write guarded keys", "DELETE", "/v2/keys/?recursive=true&dir=true", 400),
        new("list members", "GET", "/v2/members", 200),
        new("list members", "GET", "/v2/members/leader", 200),
        new("change members", "POST", "/v2/members", 415),
        new("change members", "DELETE", "/v2/members/1", 404),
        new("change members", "POST", "/v2/members/leader", 204),
        new("read users and roles", "GET", "/v2/auth/users", 200),
        new("read users and roles", "GET", "/v2/auth/roles/none", 404),
        new("change users and roles", "PUT", "/v2/auth/roles/x", 400),
        new("change users and roles", "DELETE", "/v2/auth/users/x", 404),
        new("statistics", "GET", "/v2/stats/self", 200),
        new("machines", "GET", "/v2/machines", 200),
        new("version and health", "GET", "/version", 200),
        new("version and health", "GET", "/health", 200),
        new("metrics", "GET", "/metrics", 200),
        new("debug variables", "GET", "/debug/vars", 200),
        new("status", "GET", "/corenode/v1/status", 200),
        new("snapshot", "GET", "/corenode/v1/snapshot", 200),
        new("snapshot", "GET", "/corenode/v1/snapshot?local=true", 200),
        new("units and machines", "GET", "/fleet/v1/units", 200),
        new("units and machines", "PUT", "/fleet/v1/units/a.service", 415),
        new("units and machines", "DELETE", "/v1-alpha/units/a.service", 404),
        new("units and machines", "PATCH", "/fleet/v1/machines", 400),
        new("units and machines", "GET", "/corenode/v1/units", 200),
        new("units and machines", "POST", "/corenode/v1/units", 400),
        new("units and machines", "POST", "/corenode/v1/units/a.service/restart", 404),
        new("units and machines", "GET", "/corenode/v1/units/a.service/journal", 404),
        new("units and machines", "GET", "/corenode/v1/machines", 200),
        new("units and machines", "DELETE", "/corenode/v1/machines/a/cordon", 404),
        new("units and machines", "GET", "/fleet/v1/nothing", 404),
        new("administration", "GET", "/corenode/v1/drain", 404),
        new("administration", "POST", "/corenode/v2/units", 404),
    ];
}
