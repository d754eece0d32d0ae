using CoreNode.Api.Client;
using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.Locksmithctl;

/// <summary>
/// locksmithctl's commands over the store: its flags, variables and texts, so that scripts go on as they are. Where
/// somebody else changes the lock at the same moment it tries again instead of giving up.
/// </summary>
internal static class LocksmithctlProgram
{
    /// <summary>The version that tools look for; what it really is, is told by <c>corenode version</c>.</summary>
    public const string Version = "0.6.2";

    /// <summary>Wrong usage.</summary>
    public const int Usage = 2;

    private static readonly GoFlag[] s_flags =
    [
        new(["debug"], GoFlagKind.Boolean, "Print out debug information to stderr."),
        new(["endpoint"], GoFlagKind.Texts, "etcd endpoint for locksmith, also several with commas",
            "http://127.0.0.1:2379,http://127.0.0.1:4001"),
        new(["etcd-cafile"], GoFlagKind.Text, "etcd CA file authentication"),
        new(["etcd-certfile"], GoFlagKind.Text, "etcd cert file authentication"),
        new(["etcd-keyfile"], GoFlagKind.Text, "etcd key file authentication"),
        new(["etcd-password"], GoFlagKind.Text, "password for secure etcd communication"),
        new(["etcd-username"], GoFlagKind.Text, "username for secure etcd communication"),
        new(["group"], GoFlagKind.Text, "locksmith group"),
        new(["help", "h"], GoFlagKind.Boolean, "Print usage information and exit."),
        new(["version"], GoFlagKind.Boolean, "Print the version and exit."),
    ];

    private static readonly (string Name, string Usage, string Summary)[] s_commands =
    [
        ("help", "[COMMAND]", "Show this text."),
        ("lock", "[MACHINE-ID]", "Lock this machine or a given machine-id for reboot."),
        ("reboot", "", "Reboot honoring reboot locks."),
        ("send-need-reboot", "", "Send a 'need reboot' signal over D-Bus."),
        ("set-max", "UNIT", "Set the maximum number of lock holders."),
        ("status", "", "Get the status of the cluster wide reboot lock."),
        ("unlock", "[MACHINE-ID]", "Unlock this machine or a given machine-id for reboot."),
    ];

    /// <summary>Runs it and gives locksmithctl's exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliHost host)
    {
        try
        {
            return await DispatchAsync(args, host);
        }
        catch (Exception fault) when (fault is UsageException or ClientConfigurationException)
        {
            await host.Error.WriteLineAsync($"Error initializing etcd client: {fault.Message}");
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
        GoFlagSet flags = new(s_flags);
        if (flags.Parse(args) is { } problem)
        {
            await host.Error.WriteLineAsync(problem);
            await host.Error.WriteLineAsync("Run 'locksmithctl help' for usage.");
            return Usage;
        }

        List<string> words = flags.Arguments;
        if (flags.Has("version"))
        {
            await host.Output.WriteLineAsync($"locksmithctl version {Version}");
            return 0;
        }

        if (flags.Has("help") || words.Count == 0 || words[0] == "help")
        {
            WriteHelp(host.Output);
            return 0;
        }

        using LocksmithctlSession session = new(host, flags);
        string[] rest = [.. words[1..]];
        switch (words[0])
        {
            case "status":
                return await session.ShowAsync();
            case "lock":
                return await session.LockAsync(rest);
            case "unlock":
                return await session.UnlockAsync(rest);
            case "set-max":
                return await session.SetMaxAsync(rest);
            case "reboot":
                return await session.RebootAsync();
            case "send-need-reboot":
                return await session.SendNeedRebootAsync();
            default:
                await host.Output.WriteLineAsync(
                    $"locksmithctl: unknown subcommand: \"{words[0]}\"\nRun 'locksmithctl help' for usage.");
                return Usage;
        }
    }

    private static void WriteHelp(TextWriter output)
    {
        output.WriteLine("NAME:\n\tlocksmithctl - Manage the cluster wide reboot lock, as corenode speaks it\n");
        output.WriteLine("USAGE:\n\tlocksmithctl [global options] <command> [command options] [arguments...]\n");
        output.WriteLine($"VERSION:\n\t{Version}\n");
        output.WriteLine("COMMANDS:");
        foreach ((string name, string usage, string summary) in s_commands)
            output.WriteLine($"\t{$"{name} {usage}",-28}{summary}");
        output.WriteLine("\nGLOBAL OPTIONS:");
        foreach (GoFlag flag in s_flags)
            output.WriteLine($"\t-{flag.Names[0],-16} {flag.Usage}");
        output.WriteLine("\nGlobal options can also be given by environment variables: -endpoint is "
            + "LOCKSMITHCTL_ENDPOINT.");
    }
}
