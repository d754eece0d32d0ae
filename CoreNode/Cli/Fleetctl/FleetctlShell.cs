using System.Globalization;
using System.Net.Sockets;
using CoreNode.Api.Client.Units;
using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Fleetctl;

/// <summary>ssh, status, journal by ssh; fd-forward, the far half of fleetctl's tunnel.</summary>
internal static class FleetctlShell
{
    private const string MachineIdFile = "/etc/machine-id";

    private static readonly GoFlag s_port = new(["ssh-port"], GoFlagKind.Number, "Port of ssh on the machines", "22");

    public static readonly FleetctlCommand[] All =
    [
        new("ssh", "Open interactive shell on a machine in the cluster",
            "[-A|--forward-agent] [--ssh-port=N] [--machine|--unit] {MACHINE|UNIT} [COMMAND...]",
            [
                new(["machine", "m"], GoFlagKind.Text, "Open it on that machine"),
                new(["unit", "u"], GoFlagKind.Text, "Open it on the machine of that unit"),
                new(["forward-agent", "A"], GoFlagKind.Boolean, "Lend the machine your ssh agent"),
                s_port,
            ],
            SshAsync),
        new("status", "Output the status of one or more units in the cluster", "[--ssh-port=N] UNIT...", [s_port],
            StatusAsync),
        new("journal", "Print the journal of a unit in the cluster to stdout",
            "[--lines=N] [--ssh-port=N] [-f|--follow] [--output=STRING] <unit>",
            [
                new(["lines", "n"], GoFlagKind.Number, "Number of recent lines", "10"),
                new(["follow", "f"], GoFlagKind.Boolean, "Go on with what is written"),
                new(["output"], GoFlagKind.Text, "journalctl's output mode", "short"),
                new(["sudo"], GoFlagKind.Boolean, "Run journalctl with sudo"),
                s_port,
            ],
            JournalAsync),
        new("fd-forward", "Proxy stdin and stdout to a unix domain socket", "SOCKET", [], ForwardAsync),
    ];

    private static async Task<int> SshAsync(FleetctlSession session, GoFlagSet flags)
    {
        List<string> words = [.. flags.Arguments];
        string? address;
        if (flags.Text("machine") is { Length: > 0 } machine)
        {
            if (flags.Text("unit") is { Length: > 0 })
                throw new FleetctlException(1, "Both machine and unit flags provided, please specify only one.");
            address = await AddressOfMachineAsync(session, machine);
        }
        else if (flags.Text("unit") is { Length: > 0 } unit)
        {
            address = await AddressOfUnitAsync(session, unit);
        }
        else
        {
            if (words.Count == 0)
                throw new FleetctlException(1, "Unable to proceed: one machine or unit must be provided");
            address = await LookUpAsync(session, words[0]);
            words.RemoveAt(0);
        }

        if (string.IsNullOrEmpty(address))
            throw new FleetctlException(1, "Could not determine address of machine.");
        List<string> arguments = session.SshArguments(flags.Number("ssh-port"));
        if (flags.Has("forward-agent"))
            arguments.Add("-A");
        arguments.AddRange(["--", address, .. words]);
        return await SshProgram.RunAsync(new CliSession(session.Host), arguments);
    }

    private static async Task<int> StatusAsync(FleetctlSession session, GoFlagSet flags)
    {
        int exitCode = 0;
        for (int i = 0; i < flags.Arguments.Count; i++)
        {
            if (i > 0)
                await session.Out.WriteLineAsync();
            string name = FleetctlUnits.Mangle(flags.Arguments[i]);
            FleetUnit unit = await RunningAsync(session, name, "status");
            int one = await RunAsync(session, flags, unit.MachineId, ["systemctl", "status", "-l", name]);
            exitCode = exitCode == 0 ? one : exitCode;
        }

        return exitCode;
    }

    private static async Task<int> JournalAsync(FleetctlSession session, GoFlagSet flags)
    {
        if (flags.Arguments.Count != 1)
            throw new FleetctlException(1, "One unit file must be provided.");
        string name = FleetctlUnits.Mangle(flags.Arguments[0]);
        FleetUnit unit = await RunningAsync(session, name, "journal");
        long lines = flags.Number("lines");
        List<string> command =
        [
            "journalctl", "--unit", name, "--no-pager", "-n",
            (lines == 0 ? 10 : lines).ToString(CultureInfo.InvariantCulture), "--output",
            flags.Text("output") ?? "short",
        ];
        if (flags.Has("sudo"))
            command.Insert(0, "sudo");
        if (flags.Has("follow"))
            command.Add("-f");
        return await RunAsync(session, flags, unit.MachineId, command);
    }

    private static async Task<FleetUnit> RunningAsync(FleetctlSession session, string name, string what)
    {
        FleetUnit unit = await session.Client.UnitAsync(name, session.Cancellation)
            ?? throw new FleetctlException(1, $"Unit {name} does not exist.");
        if (unit.IsGlobal)
            throw new FleetctlException(
                1, $"Unable to retrieve {what} of global unit {name}. (corenode unit {what} {name} can.)");
        if (unit.CurrentState == "inactive" || unit.MachineId.Length == 0)
            throw new FleetctlException(1, $"Unit {name} does not appear to be running.");
        return unit;
    }

    private static async Task<int> RunAsync(
        FleetctlSession session, GoFlagSet flags, string machine, List<string> command)
    {
        if (IsHere(machine))
            return await SshProgram.RunHereAsync(new CliSession(session.Host), command);
        string? address = (await session.MachineAsync(machine))?.Ip;
        if (string.IsNullOrEmpty(address))
            throw new FleetctlException(1, "Error getting machine IP: the machine has told none");
        List<string> arguments = session.SshArguments(flags.Number("ssh-port"));
        arguments.AddRange(["--", address, .. command]);
        return await SshProgram.RunAsync(new CliSession(session.Host), arguments);
    }

    // As fleetctl does: on the unit's own machine nobody needs keys for ssh.
    private static bool IsHere(string machine)
    {
        try
        {
            return File.ReadAllText(MachineIdFile).Trim() == machine;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task<string?> LookUpAsync(FleetctlSession session, string word)
    {
        string? ofMachine = await TryAsync(AddressOfMachineAsync(session, word));
        string? ofUnit = await TryAsync(AddressOfUnitAsync(session, word));
        if (ofMachine is not null && ofUnit is not null)
            throw new FleetctlException(
                1, $"Unable to proceed: ambiguous argument, both machine and unit found for `{word}`.\n"
                + "Please use flag `-m` or `-u` to refine the search");
        return ofMachine ?? ofUnit
            ?? throw new FleetctlException(1, "Unable to proceed: could not find matching unit or machine");
    }

    private static async Task<string?> TryAsync(Task<string> look)
    {
        try
        {
            return await look;
        }
        catch (FleetctlException)
        {
            return null;
        }
    }

    private static async Task<string> AddressOfMachineAsync(FleetctlSession session, string word)
    {
        FleetMachine[] found =
        [
            .. (await session.Client.MachinesAsync(session.Cancellation))
                .Where(machine => machine.Id.StartsWith(word, StringComparison.Ordinal)),
        ];
        return found.Length switch
        {
            1 => found[0].Ip,
            0 => throw new FleetctlException(1, "Unable to proceed: machine does not exist"),
            _ => throw new FleetctlException(1, "Unable to proceed: found more than one machine"),
        };
    }

    private static async Task<string> AddressOfUnitAsync(FleetctlSession session, string word)
    {
        FleetUnit unit = await session.Client.UnitAsync(FleetctlUnits.Mangle(word), session.Cancellation)
            ?? throw new FleetctlException(1, "Unable to proceed: unit does not exist");
        if (unit.IsGlobal)
            throw new FleetctlException(1, "Unable to proceed: global units unsupported");
        return (await session.MachineAsync(unit.MachineId))?.Ip ?? "";
    }

    private static async Task<int> ForwardAsync(FleetctlSession session, GoFlagSet flags)
    {
        if (flags.Arguments.Count != 1)
            throw new FleetctlException(1, "Provide a single argument: the socket to forward to");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(flags.Arguments[0]), session.Cancellation);
        }
        catch (SocketException fault)
        {
            throw new FleetctlException(1, $"Unable to dial remote socket: {fault.Message}");
        }

        await using NetworkStream far = new(socket, ownsSocket: false);
        Task up = UpAsync(session.Host.Input, far, socket, session.Cancellation);
        using Stream output = session.Host.RawOutput?.Invoke() ?? Stream.Null;
        await far.CopyToAsync(output, session.Cancellation);
        await output.FlushAsync(session.Cancellation);
        // What is still typed has nowhere to go once the socket is closed: it is not waited for.
        return up.IsFaulted ? 1 : 0;
    }

    private static async Task UpAsync(Stream input, NetworkStream far, Socket socket, CancellationToken cancellation)
    {
        await input.CopyToAsync(far, cancellation);
        socket.Shutdown(SocketShutdown.Send);
    }
}
