using CoreNode.Api.Client.Units;
using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Fleetctl;

/// <summary>list-machines, list-units, list-unit-files, cat.</summary>
internal static class FleetctlLists
{
    private const string MachineFields = "machine,ip,metadata";
    private const string UnitFields = "unit,machine,active,sub";
    private const string FileFields = "unit,hash,dstate,state,target";

    private static readonly GoFlag s_full =
        new(["full", "l"], GoFlagKind.Boolean, "Do not ellipsize fields on output");

    private static readonly GoFlag s_noLegend =
        new(["no-legend"], GoFlagKind.Boolean, "Do not print a legend (column headers)");

    public static readonly FleetctlCommand[] All =
    [
        new("list-machines", "Enumerate the current hosts in the cluster", "[--fields] [--full] [--no-legend]",
            [s_full, s_noLegend, Fields("machine,ip,metadata", MachineFields)], MachinesAsync),
        new("list-units", "List the current state of units in the cluster", "[--fields] [--full] [--no-legend]",
            [s_full, s_noLegend, Fields("unit,load,active,sub,machine,hash", UnitFields)], UnitsAsync),
        new("list-unit-files", "List the units that exist in the cluster.", "[--fields] [--full] [--no-legend]",
            [s_full, s_noLegend, Fields("unit,hash,dstate,state,target,global,desc", FileFields)], FilesAsync),
        new("cat", "Output the contents of a submitted unit", "UNIT", [], CatAsync),
    ];

    private static GoFlag Fields(string known, string standard) =>
        new(["fields"], GoFlagKind.Text, $"Columns to print, of {known}", standard);

    private static async Task<int> MachinesAsync(FleetctlSession session, GoFlagSet flags)
    {
        string[] columns = Columns(flags, MachineFields, ["machine", "ip", "metadata"]);
        List<string[]> rows = Legend(flags, columns);
        List<FleetMachine> machines = await session.Client.MachinesAsync(session.Cancellation);
        machines.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        foreach (FleetMachine machine in machines)
        {
            rows.Add([.. columns.Select(column => Or(column switch
            {
                "machine" => FleetctlSession.IdLegend(machine.Id, flags.Has("full")),
                "ip" => machine.Ip,
                _ => string.Join(',', machine.Metadata.ToList().ConvertAll(static p => $"{p.Key}={p.Value}")),
            }))]);
        }

        await session.Out.WriteAsync(TabTable.Format(rows));
        return 0;
    }

    private static async Task<int> UnitsAsync(FleetctlSession session, GoFlagSet flags)
    {
        string[] columns = Columns(flags, UnitFields, ["unit", "load", "active", "sub", "machine", "hash"]);
        List<string[]> rows = Legend(flags, columns);
        List<FleetState> states = await session.Client.StatesAsync(session.Cancellation);
        states.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is not 0 and var order
            ? order : string.CompareOrdinal(a.MachineId, b.MachineId));
        bool isFull = flags.Has("full");
        foreach (FleetState state in states)
        {
            string[] row = new string[columns.Length];
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = Or(columns[i] switch
                {
                    "unit" => state.Name,
                    "load" => state.Load,
                    "active" => state.Active,
                    "sub" => state.Sub,
                    "hash" => isFull || state.Hash.Length < 7 ? state.Hash : state.Hash[..7],
                    _ => state.MachineId.Length == 0 ? "" : await session.LegendAsync(state.MachineId, isFull),
                });
            }

            rows.Add(row);
        }

        await session.Out.WriteAsync(TabTable.Format(rows));
        return 0;
    }

    private static async Task<int> FilesAsync(FleetctlSession session, GoFlagSet flags)
    {
        string[] columns = Columns(
            flags, FileFields, ["unit", "hash", "dstate", "state", "target", "tmachine", "global", "desc"]);
        if (columns.Contains("tmachine"))
            session.Complain("WARNING: The \"tmachine\" field is deprecated. Use \"target\" instead");
        List<string[]> rows = Legend(flags, columns);
        List<FleetUnit> units = await session.Client.UnitsAsync(session.Cancellation);
        units.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        bool isFull = flags.Has("full");
        foreach (FleetUnit unit in units)
        {
            string[] row = new string[columns.Length];
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = Or(columns[i] switch
                {
                    "unit" => unit.Name,
                    "hash" => isFull ? unit.File.Hash : unit.File.Hash[..7],
                    "dstate" => unit.DesiredState,
                    "state" => unit.IsGlobal ? "" : unit.CurrentState,
                    "global" => unit.IsGlobal ? "true" : "false",
                    "desc" => unit.File.Description,
                    _ when unit.IsGlobal => "global",
                    _ => unit.MachineId.Length == 0 ? "" : await session.LegendAsync(unit.MachineId, isFull),
                });
            }

            rows.Add(row);
        }

        await session.Out.WriteAsync(TabTable.Format(rows));
        return 0;
    }

    private static async Task<int> CatAsync(FleetctlSession session, GoFlagSet flags)
    {
        if (flags.Arguments.Count != 1)
            throw new FleetctlException(1, "One unit file must be provided");
        string name = FleetctlUnits.Mangle(flags.Arguments[0]);
        FleetUnit unit = await session.Client.UnitAsync(name, session.Cancellation)
            ?? throw new FleetctlException(1, $"Unit {name} not found");
        await session.Out.WriteAsync(unit.File.Text);
        return 0;
    }

    private static string[] Columns(GoFlagSet flags, string standard, string[] known)
    {
        string fields = flags.Text("fields") ?? standard;
        if (fields.Length == 0)
            throw new FleetctlException(1, "Must define output format");
        string[] columns = fields.Split(',');
        foreach (string column in columns)
        {
            if (!known.Contains(column))
                throw new FleetctlException(1, $"Invalid key in output format: \"{column}\"");
        }

        return columns;
    }

    private static List<string[]> Legend(GoFlagSet flags, string[] columns) =>
        flags.Has("no-legend") ? [] : [[.. columns.Select(static column => column.ToUpperInvariant())]];

    private static string Or(string text) => text.Length == 0 ? "-" : text;
}
