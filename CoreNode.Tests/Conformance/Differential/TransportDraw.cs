using CoreNode.Foundation;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Draws requests that are decided before the store: refused methods, OPTIONS, other end points, unknown paths.
/// None of them changes a member, a user or a role.
/// </summary>
internal static class TransportDraw
{
    /// <summary>Where a request may go with any method and change nothing.</summary>
    public static readonly string[] EndPoints =
    [
        "/", "/v2", "/v2/", "/v2/keysfoo", "/V2/keys", "/v1/keys/a", "/v2/admin", "/v2/leader", "/v2/stats", "/version",
        "/health", "/v2/machines", "/v2/members", "/v2/members/", "/v2/members/leader", "/v2/members/zz",
        "/v2/members/1f", "/v2/stats/self", "/v2/stats/leader", "/v2/stats/other", "/v2/auth/enable", "/v2/auth/users",
        "/v2/auth/roles", "/v2/auth", "/versions", "/version/", "/health/", "/v2//keys", "/v2/./keys/a", "/debug/vars",
    ];

    private static readonly string[] Methods = ["GET", "GET", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "FOO", "Put"];

    /// <summary>A request of the kind.</summary>
    public static DifferentialRequest Request(Prng prng, string key)
    {
        if (prng.Chance(0.4))
        {
            string method = prng.Next(4) switch { 0 => "OPTIONS", 1 => "PATCH", 2 => "get", _ => "QUERY" };
            return Plain(method, "/v2/keys" + KeyDraw.Spell(prng, key));
        }
        string target = EndPoints[prng.Next(EndPoints.Length)];
        bool isMembers = target.StartsWith("/v2/members", StringComparison.Ordinal);
        string[] harmless = isMembers ? ["GET", "HEAD", "PATCH"] : Methods;
        return Plain(harmless[prng.Next(harmless.Length)], target + (prng.Chance(0.2) ? "?a=b&c=%zz" : ""));
    }

    private static DifferentialRequest Plain(string method, string target) =>
        new(Operation.Transport, method, target, null, null, [], null);
}
