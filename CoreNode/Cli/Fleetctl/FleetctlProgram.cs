using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Fleetctl;

/// <summary>
/// fleetctl's commands over fleet's API: its flags, variables, tables and texts, so that scripts go on as they are.
/// Where its own behaviour misleads (a wrong flag that ends as success, a start that fails because the unit takes more
/// than two seconds) ours does not follow.
/// </summary>
internal static class FleetctlProgram
{
    /// <summary>The version that tools look for; what it really is, is told by <c>corenode version</c>.</summary>
    public const string Version = "1.0.0";

    private static readonly GoFlag s_help = new(["help", "h"], GoFlagKind.Boolean, "Print usage information");

    private static readonly GoFlag[] s_globals =
    [
        new(["ca-file", "etcd-cafile"], GoFlagKind.Text, "CA certificates that the fleet API is checked against"),
        new(["cert-file", "etcd-certfile"], GoFlagKind.Text, "client certificate for the fleet API"),
        new(["debug"], GoFlagKind.Boolean, "taken for fleetctl's sake"),
        new(["driver"], GoFlagKind.Text, "taken for fleetctl's sake: only API", "API"),
        new(["endpoint"], GoFlagKind.Text, "where the fleet API is", "unix:///var/run/fleet.sock"),
        new(["etcd-key-prefix"], GoFlagKind.Text, "taken for fleetctl's sake", "/_coreos.com/fleet/"),
        new(["experimental-api"], GoFlagKind.Boolean, "taken for fleetctl's sake"),
        s_help,
        new(["key-file", "etcd-keyfile"], GoFlagKind.Text, "key of the client certificate"),
        new(["known-hosts-file"], GoFlagKind.Text, "fingerprints of machines; default: ssh's own"),
        new(["request-timeout"], GoFlagKind.Text, "taken for fleetctl's sake", "3"),
        new(["ssh-timeout"], GoFlagKind.Text, "seconds in which ssh must connect", "10"),
        new(["ssh-username"], GoFlagKind.Text, "user on the machines", "core"),
        new(["strict-host-key-checking"], GoFlagKind.Text, "check the machines' host keys", "true"),
        new(["tunnel"], GoFlagKind.Text, "reach the fleet API through that machine by ssh"),
        new(["version"], GoFlagKind.Boolean, "Print the version and exit"),
    ];

    private static readonly FleetctlCommand[] s_commands =
    [
        .. FleetctlOrders.All, .. FleetctlLists.All, .. FleetctlShell.All,
        new("help", "Show a list of commands or help for one command", "[COMMAND]", [], static (_, _) =>
            throw new InvalidOperationException("help is answered before")),
        new("verify", "DEPRECATED - verify unit file signatures using local SSH identities", "UNIT", [], Deprecated),
        new("version", "Print the version and exit", "", [], static (_, _) =>
            throw new InvalidOperationException("version is answered before")),
    ];

    /// <summary>Runs it and gives fleetctl's exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliHost host)
    {
        try
        {
            return await DispatchAsync(args, host);
        }
        catch (FleetctlException end)
        {
            await host.Error.WriteLineAsync(end.Message);
            return end.ExitCode;
        }
        catch (FleetException fault)
        {
            await host.Error.WriteLineAsync($"Error: {fault.Message}");
            return 1;
        }
        catch (Exception fault) when (fault is UsageException or ClientConfigurationException or TunnelException)
        {
            await host.Error.WriteLineAsync($"Unable to initialize client: {fault.Message}");
            return 1;
        }
        finally
        {
            await host.Output.FlushAsync(CancellationToken.None);
            await host.Error.FlushAsync(CancellationToken.None);
        }
    }

    private static async Task<int> DispatchAsync(string[] args, CliHost host)
    {
        var globals = new GoFlagSet(s_globals);
        if (globals.Parse(Spread(args)) is { } problem)
            throw new FleetctlException(2, $"Error: {problem}\nRun 'fleetctl help' for usage.");
        List<string> words = globals.Arguments;
        if (globals.Has("version") || words is ["version", ..])
        {
            await host.Output.WriteLineAsync($"fleetctl version {Version}");
            return 0;
        }

        if (globals.Has("help") || words.Count == 0 || words is ["help"])
        {
            FleetctlHelp.WriteProgram(host.Output, s_commands, s_globals);
            return 0;
        }

        FleetctlCommand command = Find(words[0] == "help" ? words[1] : words[0]);
        if (words[0] == "help")
        {
            FleetctlHelp.WriteCommand(host.Output, command);
            return 0;
        }

        var flags = new GoFlagSet([.. command.Flags, s_help]);
        if (flags.ParseReordered(words[1..], keepsSeparator: false) is { } wrong)
            throw new FleetctlException(2, $"Error: {wrong}\nRun 'fleetctl help {command.Name}' for usage.");
        if (flags.Has("help"))
        {
            FleetctlHelp.WriteCommand(host.Output, command);
            return 0;
        }

        await using FleetctlSession session = new(host, globals);
        if (command.Name is not ("fd-forward" or "verify"))
            await session.OpenAsync();
        return await command.RunAsync(session, flags);
    }

    // --strict-host-key-checking alone means true, as with a boolean; its "false" may be in the same word only.
    private static List<string> Spread(string[] args) => args.ToList().ConvertAll(static word =>
        word.TrimStart('-') == "strict-host-key-checking" ? word + "=true" : word);

    // A unique beginning will do, as with fleetctl.
    private static FleetctlCommand Find(string name)
    {
        FleetctlCommand[] found =
            [.. s_commands.Where(one => one.Name.StartsWith(name, StringComparison.Ordinal))];
        FleetctlCommand? exact = Array.Find(found, one => one.Name == name);
        if (exact is not null || found.Length == 1)
            return exact ?? found[0];
        throw new FleetctlException(
            2, $"fleetctl: unknown subcommand: \"{name}\"\nRun 'fleetctl help' for usage.");
    }

    private static Task<int> Deprecated(FleetctlSession session, GoFlagSet flags) => throw new FleetctlException(
        2, "DEPRECATED - The signed/verified units feature is DEPRECATED and cannot be used.");
}
