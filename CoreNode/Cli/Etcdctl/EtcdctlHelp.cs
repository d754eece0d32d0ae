namespace CoreNode.Cli.Etcdctl;

/// <summary>Help in etcdctl's layout.</summary>
internal static class EtcdctlHelp
{
    public static void WriteProgram(
        TextWriter output, IReadOnlyList<EtcdctlCommand> commands, IReadOnlyList<GoFlag> globals)
    {
        output.WriteLine("NAME:");
        output.WriteLine("   etcdctl - etcd's v2 command line, as corenode speaks it");
        output.WriteLine();
        output.WriteLine("USAGE:");
        output.WriteLine("   etcdctl [global options] command [command options] [arguments...]");
        output.WriteLine();
        output.WriteLine("VERSION:");
        output.WriteLine($"   {EtcdctlProgram.Version}");
        output.WriteLine();
        output.WriteLine("COMMANDS:");
        WriteRows(output, commands.Where(static command => !command.IsRefused).ToList()
            .ConvertAll(static command => (command.Name, command.Summary)));
        output.WriteLine();
        output.WriteLine("GLOBAL OPTIONS:");
        WriteRows(output, globals.ToList().ConvertAll(Row));
    }

    public static void WriteCommand(TextWriter output, EtcdctlCommand command)
    {
        output.WriteLine("NAME:");
        output.WriteLine($"   etcdctl {command.Name} - {command.Summary}");
        output.WriteLine();
        output.WriteLine("USAGE:");
        string options = command.Flags.Count > 0 ? " [command options]" : "";
        output.WriteLine($"   etcdctl {command.Name}{options} {command.Arguments}".TrimEnd());
        if (command.Flags.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("OPTIONS:");
        WriteRows(output, command.Flags.ToList().ConvertAll(Row));
    }

    private static (string, string) Row(GoFlag flag)
    {
        string value = flag.Kind == GoFlagKind.Boolean ? "" : " value";
        string names = string.Join(", ", flag.Names.Select(name => (name.Length == 1 ? "-" : "--") + name + value));
        string usage = flag.Usage.Replace("`", "", StringComparison.Ordinal);
        return (names, flag.Default is null ? usage : $"{usage} (default: {flag.Default})");
    }

    private static void WriteRows(TextWriter output, IEnumerable<(string Left, string Right)> rows)
    {
        (string Left, string Right)[] all = [.. rows];
        int width = all.Max(row => row.Left.Length);
        foreach ((string left, string right) in all)
            output.WriteLine($"   {left.PadRight(width)}  {right}");
    }
}
