using CoreNode.Api.Client;
using CoreNode.Cli.Etcdctl;

namespace CoreNode.Cli.UpdateEngine;

/// <summary>
/// update_engine_client's flags over this node's updates, so that scripts go on as they are: the same lines on standard
/// output, what it logs on standard error. One thing does not follow it: <c>-update</c> after a failure tells the
/// failure and ends with 1 instead of "No update available".
/// </summary>
internal static class UpdateEngineProgram
{
    private const int Failed = 1;

    private static readonly GoFlag[] s_flags =
    [
        new(["check_for_update"], GoFlagKind.Boolean, "Initiate check for updates."),
        new(["reset_status"], GoFlagKind.Boolean, "Sets the status back to idle: takes back what waits for a reboot."),
        new(["status"], GoFlagKind.Boolean, "Print the status to stdout."),
        new(["update"], GoFlagKind.Boolean, "Forces an update and waits for its completion."),
        new(["watch_for_updates"], GoFlagKind.Boolean, "Listen for status updates and print them."),
        new(["help", "h"], GoFlagKind.Boolean, "Print usage information."),
    ];

    /// <summary>Runs it and gives the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliHost host)
    {
        try
        {
            return await DispatchAsync(args, host);
        }
        catch (ClientConfigurationException wrong)
        {
            await host.Error.WriteLineAsync(wrong.Message);
            return Failed;
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
        if (flags.Parse([.. args.ToList().ConvertAll(Spread)]) is { } problem)
        {
            await host.Error.WriteLineAsync($"ERROR: {problem}");
            return Failed;
        }

        if (flags.Has("help"))
        {
            WriteHelp(host.Output);
            return 0;
        }

        using UpdateEngineSession session = new(host);

        // In that tool's order: the first one wins.
        if (flags.Has("reset_status"))
            return await session.ResetAsync();
        if (flags.Has("status"))
            return await session.ShowAsync();
        if (flags.Has("check_for_update") || flags.Has("update"))
        {
            int exitCode = await session.AttemptAsync();
            if (exitCode != 0 || !flags.Has("update"))
                return exitCode;
            return await session.CompleteAsync();
        }

        if (flags.Has("watch_for_updates"))
            return await session.WatchAsync();
        WriteHelp(host.Error);
        return Failed;
    }

    // gflags' way to say false.
    private static string Spread(string word)
    {
        string name = word.TrimStart('-');
        return word.StartsWith('-') && Array.Exists(s_flags, flag => name == "no" + flag.Names[0])
            ? $"--{name[2..]}=false"
            : word;
    }

    private static void WriteHelp(TextWriter output)
    {
        output.WriteLine("update_engine_client: the update engine's client, as corenode speaks it");
        output.WriteLine();
        foreach (GoFlag flag in s_flags)
            output.WriteLine($"  -{flag.Names[0],-18} {flag.Usage}");
        output.WriteLine();
        output.WriteLine("The node is found as by `corenode update`: $CORENODE_ENDPOINTS, else its unix socket.");
    }
}
