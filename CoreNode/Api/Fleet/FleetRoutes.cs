namespace CoreNode.Api.Fleet;

/// <summary>
/// fleet's API below one of its prefixes: finds who answers, with fleet's words for what nobody does (fleet: A.10).
/// </summary>
internal sealed class FleetRoutes(UnitsResource units, StateResource state, MachinesResource machines)
{
    private const string OnlyGet = "only GET supported against this resource";

    // The same API below each: what fleetd serves, and the first joined with the older name.
    private static readonly string[] s_prefixes = ["/fleet/v1-alpha", "/fleet/v1", "/v1-alpha"];

    /// <summary>True for all below /fleet/ and /v1-alpha: unknown paths are answered in fleet's shape, too.</summary>
    public static bool Owns(ReadOnlySpan<byte> path) => path.StartsWith("/fleet/"u8) || path.StartsWith("/v1-alpha"u8);

    /// <summary>Answers a request.</summary>
    /// <exception cref="RegistryAwayException">The store does not answer.</exception>
    public Task AnswerAsync(FleetRequest request)
    {
        foreach (string prefix in s_prefixes)
        {
            if (request.Path == prefix)
                return FleetAnswer.Error(request.Context, 405, "");
            if (request.Path.StartsWith(prefix, StringComparison.Ordinal) && request.Path[prefix.Length] == '/')
                return AnswerAsync(request, request.Path[(prefix.Length + 1)..]);
        }

        return FleetAnswer.Error(request.Context, 404, "");
    }

    private Task AnswerAsync(FleetRequest request, string rest)
    {
        switch (rest)
        {
            case "units":
                return request.Method == "GET"
                    ? units.ListAsync(request) : FleetAnswer.Error(request.Context, 405, OnlyGet);
            case "state":
                return request.Method == "GET"
                    ? state.ListAsync(request) : FleetAnswer.Error(request.Context, 405, OnlyGet);
            case "machines":
                return machines.AnswerAsync(request);
            case "discovery":
                return Discovery(request);
            default:
                return Item(request, rest);
        }
    }

    private Task Item(FleetRequest request, string rest)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string resource = slash < 0 ? "" : rest[..slash];
        string item = rest[(slash + 1)..];
        if (item.Length == 0 || item.Contains('/', StringComparison.Ordinal))
            resource = "";
        return (resource, request.Method) switch
        {
            ("units", "GET") => units.GetAsync(request, item),
            ("units", "PUT") => units.PutAsync(request, item),
            ("units", "DELETE") => units.DeleteAsync(request, item),
            ("units", _) => FleetAnswer.Error(
                request.Context, 405, "only GET, PUT and DELETE supported against this resource"),
            ("state", "GET") => state.GetAsync(request, item),
            ("state", _) => FleetAnswer.Error(request.Context, 405, OnlyGet),
            _ => FleetAnswer.Error(request.Context, 404, ""),
        };
    }

    private static Task Discovery(FleetRequest request)
    {
        if (request.Method != "GET")
            return FleetAnswer.Error(request.Context, 400, "only HTTP GET supported against this resource");
        Wire.JsonBuffer json = new(8 << 10);
        DiscoveryDocument.Write(json);
        return FleetAnswer.JsonAsync(request.Context, 200, json);
    }
}
