using CoreNode.Api.Fleet.Machines;

namespace CoreNode.Api.Fleet.Own;

/// <summary>
/// /corenode/v1/units and /corenode/v1/machines: finds who answers. Errors are {"message":…} with the HTTP status, as
/// elsewhere below /corenode.
/// </summary>
internal sealed class OwnRoutes(UnitsDesk desk, MachineDesk machines, TimeProvider time)
{
    private const string Prefix = "/corenode/v1/";

    private readonly UnitPages _pages = new(desk, time);
    private readonly UnitOrders _orders = new(desk);
    private readonly RolloutOrders _rollouts = new(desk);
    private readonly MachinePages _machines = new(desk, time);
    private readonly RemotePages _remote = new(desk, machines);

    /// <summary>True for paths of this surface.</summary>
    public static bool Owns(ReadOnlySpan<byte> path) =>
        IsAtOrBelow(path, "/corenode/v1/units"u8) || IsAtOrBelow(path, "/corenode/v1/machines"u8);

    /// <summary>Answers a request; what never ends by itself ends when <paramref name="stopping"/> fires.</summary>
    /// <exception cref="RegistryAwayException">The store does not answer.</exception>
    public Task AnswerAsync(FleetRequest request, CancellationToken stopping)
    {
        string[] parts = request.Path[Prefix.Length..].Split('/');
        string name = parts.Length > 1 ? parts[1] : "";
        string what = parts.Length > 2 ? parts[2] : "";
        bool isUnit = parts[0] == "units";
        if (parts.Length > 3 || (parts.Length > 1 && name.Length == 0) || (parts.Length > 2 && what.Length == 0))
            return NoSuchPath(request);
        return (isUnit, parts.Length) switch
        {
            (true, 1) => Units(request, stopping),
            (true, 2) => Unit(request, name),
            (true, 3) => UnitDetail(request, name, what, stopping),
            (false, 1) when request.Method == "GET" => _machines.ListAsync(request, stopping),
            (false, 1) => request.Context.MethodNotAllowed("GET"),
            (false, 3) when what == "cordon" => Cordon(request, name),
            _ => NoSuchPath(request),
        };
    }

    private Task Units(FleetRequest request, CancellationToken stopping) => request.Method switch
    {
        "GET" => _pages.ListAsync(request, stopping),
        "POST" => _orders.BatchAsync(request),
        _ => request.Context.MethodNotAllowed("GET,POST"),
    };

    private Task Unit(FleetRequest request, string name) => request.Method switch
    {
        "GET" => _pages.ShowAsync(request, name),
        "DELETE" => _orders.DestroyAsync(request, name),
        _ => request.Context.MethodNotAllowed("GET,DELETE"),
    };

    private Task UnitDetail(FleetRequest request, string name, string what, CancellationToken stopping) =>
        (what, request.Method) switch
        {
            ("restart", "POST") => _orders.RestartAsync(request, name),
            ("restart", _) => request.Context.MethodNotAllowed("POST"),
            ("rollout", "PUT") => _rollouts.PauseAsync(request, name),
            ("rollout", "DELETE") => _rollouts.ResumeAsync(request, name),
            ("rollout", _) => request.Context.MethodNotAllowed("PUT,DELETE"),
            ("status", "GET") => _remote.StatusAsync(request, name),
            ("journal", "GET") => _remote.JournalAsync(request, name, stopping),
            ("status" or "journal", _) => request.Context.MethodNotAllowed("GET"),
            _ => NoSuchPath(request),
        };

    private Task Cordon(FleetRequest request, string machine) => request.Method switch
    {
        "PUT" => _machines.CordonAsync(request, machine),
        "DELETE" => _machines.UncordonAsync(request, machine),
        _ => request.Context.MethodNotAllowed("PUT,DELETE"),
    };

    private static Task NoSuchPath(FleetRequest request) =>
        request.Context.Message(404, $"there is nothing at {request.Path}");

    private static bool IsAtOrBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> prefix) =>
        path.StartsWith(prefix) && (path.Length == prefix.Length || path[prefix.Length] == '/');
}
