using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Cli.Etcdctl;
using CoreNode.Cli.Fleetctl;
using CoreNode.Cli.Locksmithctl;
using CoreNode.Cli.UpdateEngine;

namespace CoreNode.Cli;

/// <summary>
/// The command line: every subcommand but what <c>node</c> itself does, and the old tools' names. Results go to
/// <see cref="CliHost.Output"/>, problems to <see cref="CliHost.Error"/>; the exit codes are 0 done, 1 failed, 2 wrong
/// usage, 3 no node reachable, 4 not found.
/// </summary>
public static class CommandLine
{
    /// <summary>
    /// Runs as the tool that <paramref name="programName"/> names: corenode, or an old tool by a link.
    /// </summary>
    public static Task<int> RunAsAsync(string programName, string[] args, CliHost host)
    {
        switch (Path.GetFileName(programName))
        {
            case "etcdctl":
                return EtcdctlProgram.RunAsync(args, host);
            case "fleetctl":
                return FleetctlProgram.RunAsync(args, host);
            case "update_engine_client":
                return UpdateEngineProgram.RunAsync(args, host);
            case "locksmithctl":
                return LocksmithctlProgram.RunAsync(args, host);
            default:
                return RunAsync(args, host);
        }
    }

    /// <summary>Runs a command line of corenode and gives the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliHost host)
    {
        try
        {
            int exitCode = args switch
            {
                ["node", .. var rest] => await host.RunNode(rest, host.Cancellation),
                ["etcdctl", .. var rest] => await EtcdctlProgram.RunAsync(rest, host),
                ["fleetctl", .. var rest] => await FleetctlProgram.RunAsync(rest, host),
                ["locksmithctl", .. var rest] => await LocksmithctlProgram.RunAsync(rest, host),
                ["update_engine_client", .. var rest] => await UpdateEngineProgram.RunAsync(rest, host),
                ["update-server", "serve", .. var rest] when host.ServeUpdates is { } serve =>
                    await serve(rest, host.Cancellation),
                ["--version"] => await RunParsedAsync(["version"], host),
                _ => await RunParsedAsync(args, host),
            };
            return exitCode;
        }
        finally
        {
            await host.Output.FlushAsync(CancellationToken.None);
            await host.Error.FlushAsync(CancellationToken.None);
        }
    }

    private static async Task<int> RunParsedAsync(string[] args, CliHost host)
    {
        var session = new CliSession(host);
        CliCommand root = CommandTree.Build(session, args);
        // No response files: a value may begin with @.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (args.Length == 0)
        {
            HelpPage.Write(root, host.Error);
            return ExitCode.Usage;
        }

        if (parsed.Action is not HelpPage)
        {
            IReadOnlyList<string> problems = UsageErrors.Find(parsed);
            if (problems.Count > 0)
                return FailUsage(session, parsed, problems);
        }

        try
        {
            await using Tunnel? tunnel = await session.OpenTunnelAsync(parsed);
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = host.Output,
                    Error = host.Error,
                    EnableDefaultExceptionHandler = false,
                    // Signals end the process as by default; the watches handle them themselves.
                    ProcessTerminationTimeout = null,
                },
                host.Cancellation);
        }
        catch (UsageException wrong)
        {
            return FailUsage(session, parsed, [wrong.Message]);
        }
        catch (ClientConfigurationException wrong)
        {
            return session.Fail(ExitCode.Usage, wrong.Message);
        }
        catch (TunnelException gone)
        {
            return session.Fail(ExitCode.Unreachable, gone.Message);
        }
    }

    private static int FailUsage(CliSession session, ParseResult parsed, IReadOnlyList<string> problems)
    {
        foreach (string problem in problems)
            session.Host.Error.WriteLine(problem);
        return session.Fail(
            ExitCode.Usage, $"see `{HelpPage.Path(parsed.CommandResult.Command)} --help` for how it is used");
    }
}
