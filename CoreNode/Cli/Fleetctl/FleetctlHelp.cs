using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Fleetctl;

/// <summary>Help in fleetctl's layout.</summary>
internal static class FleetctlHelp
{
    public static void WriteProgram(
        TextWriter output, IReadOnlyList<FleetctlCommand> commands, IReadOnlyList<GoFlag> globals)
    {
        output.WriteLine("NAME:");
        output.WriteLine("\tfleetctl - fleet's command line, as corenode speaks it");
        output.WriteLine();
        output.WriteLine("USAGE:");
        output.WriteLine("\tfleetctl [global options] <command> [command options] [arguments...]");
        output.WriteLine();
        output.WriteLine("VERSION:");
        output.WriteLine($"\t{FleetctlProgram.Version}");
        output.WriteLine();
        output.WriteLine("COMMANDS:");
        output.Write(TabTable.Format(
        [
            .. commands.OrderBy(static one => one.Name, StringComparer.Ordinal)
                .Select(static one => (string[])["\t" + one.Name, one.Summary]),
        ]));
        output.WriteLine();
        output.WriteLine("GLOBAL OPTIONS:");
        output.Write(TabTable.Format([.. globals.Select(Row)]));
        output.WriteLine();
        output.WriteLine("Global options can also be given by environment variables: --some-flag is "
            + "FLEETCTL_SOME_FLAG.");
        output.WriteLine("Run \"fleetctl help <command>\" for more about a command.");
    }

    public static void WriteCommand(TextWriter output, FleetctlCommand command)
    {
        output.WriteLine("NAME:");
        output.WriteLine($"\t{command.Name} - {command.Summary}");
        output.WriteLine();
        output.WriteLine("USAGE:");
        output.WriteLine($"\tfleetctl {command.Name} {command.Usage}".TrimEnd());
        if (command.Flags.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("OPTIONS:");
            output.Write(TabTable.Format([.. command.Flags.Select(Row)]));
        }

        output.WriteLine();
        output.WriteLine("For help on global options run \"fleetctl help\"");
    }

    private static string[] Row(GoFlag flag) => [$"\t--{flag.Names[0]}={flag.Default}", flag.Usage];
}
