using CoreNode.Api.Client;

namespace CoreNode.Cli.Etcdctl;

/// <summary>
/// etcdctl's v2 command set over the same client: its flags, texts and exit codes, so that scripts go on as they are.
/// Where its own behaviour would lose data (a write repeated at another member after its answer was lost) ours does not
/// follow.
/// </summary>
internal static class EtcdctlProgram
{
    /// <summary>The version that tools look for; what it really is, is told by <c>corenode version</c>.</summary>
    public const string Version = "3.4.23";

    private static readonly GoFlag s_help = new(["help", "h"], GoFlagKind.Boolean, "show help");

    private static readonly GoFlag[] s_globals =
    [
        new(["debug"], GoFlagKind.Boolean, "show each request as a cURL command"),
        new(["no-sync"], GoFlagKind.Boolean, "ask the endpoints as given, not the URLs that the members publish"),
        new(["output", "o"], GoFlagKind.Text, "`simple`, extended or json", "\"simple\""),
        new(["peers", "C"], GoFlagKind.Text, "old name of --endpoints"),
        new(["endpoint"], GoFlagKind.Text, "old name of --endpoints"),
        new(["endpoints"], GoFlagKind.Text, "members, with commas",
            "\"http://127.0.0.1:2379,http://127.0.0.1:4001\""),
        new(["discovery-srv", "D"], GoFlagKind.Text, "domain whose SRV records name the members"),
        new(["insecure-discovery"], GoFlagKind.Boolean, "also take records of members without TLS"),
        new(["cert-file"], GoFlagKind.Text, "client certificate (PEM)"),
        new(["key-file"], GoFlagKind.Text, "key of the client certificate (PEM)"),
        new(["ca-file"], GoFlagKind.Text, "CA certificates that members are checked against (PEM)"),
        new(["username", "u"], GoFlagKind.Text, "user and password, as USER:PASSWORD"),
        new(["timeout"], GoFlagKind.Duration, "longest wait for one member", "2s"),
        new(["total-timeout"], GoFlagKind.Duration, "longest time of the command, except watches", "5s"),
        s_help,
        new(["version", "v"], GoFlagKind.Boolean, "print the version"),
    ];

    private static readonly EtcdctlCommand[] s_commands =
        [.. KeyRequests.All, .. WatchRequests.All, .. ClusterRequests.All];

    /// <summary>Runs it and gives etcdctl's exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliHost host)
    {
        try
        {
            return await DispatchAsync(args, host);
        }
        catch (EtcdctlException end)
        {
            await host.Error.WriteLineAsync(end.Message);
            return end.ExitCode;
        }
        catch (ClientConfigurationException wrong)
        {
            await host.Error.WriteLineAsync(wrong.Message);
            return EtcdctlExit.BadArguments;
        }
        finally
        {
            await host.Output.FlushAsync(CancellationToken.None);
            await host.Error.FlushAsync(CancellationToken.None);
        }
    }

    private static async Task<int> DispatchAsync(string[] args, CliHost host)
    {
        if (host.Environment("ETCDCTL_API") is { Length: > 0 } api && api != "2")
        {
            throw new EtcdctlException(
                EtcdctlExit.BadArguments, $"corenode speaks etcd's v2 API only; ETCDCTL_API is {api}, set it to 2");
        }

        var globals = new GoFlagSet(s_globals);
        if (globals.Parse(args) is { } problem)
        {
            await host.Output.WriteLineAsync($"Incorrect Usage. {problem}\n");
            EtcdctlHelp.WriteProgram(host.Output, s_commands, s_globals);
            throw new EtcdctlException(EtcdctlExit.BadArguments, problem);
        }

        if (globals.Has("version"))
        {
            await host.Output.WriteLineAsync($"etcdctl version: {Version}\nAPI version: 2");
            return EtcdctlExit.Done;
        }

        List<string> words = globals.Arguments;
        if (globals.Has("help") || words.Count == 0 || words is ["help" or "h"])
        {
            EtcdctlHelp.WriteProgram(host.Output, s_commands, s_globals);
            return EtcdctlExit.Done;
        }

        return words[0] is "help" or "h" ? Explain(words[1], host) : await RunCommandAsync(words, globals, host);
    }

    private static int Explain(string topic, CliHost host)
    {
        EtcdctlCommand[] found = [.. s_commands.Where(one => one.Name == topic || IsInGroup(one, topic))];
        if (found.Length == 0)
            throw new EtcdctlException(EtcdctlExit.NoCommand, $"No help topic for '{topic}'");
        foreach (EtcdctlCommand command in found)
            EtcdctlHelp.WriteCommand(host.Output, command);
        return EtcdctlExit.Done;
    }

    private static async Task<int> RunCommandAsync(List<string> words, GoFlagSet globals, CliHost host)
    {
        EtcdctlCommand? command = s_commands.FirstOrDefault(one => one.Name == words[0]);
        int used = 1;
        if (command is null && s_commands.Any(one => IsInGroup(one, words[0])))
        {
            if (words.Count == 1 || words[1] is "help" or "h" or "--help" or "-h")
                return Explain(words[0], host);
            command = s_commands.FirstOrDefault(one => one.Name == $"{words[0]} {words[1]}");
            used = 2;
        }

        if (command is null)
            throw new EtcdctlException(EtcdctlExit.NoCommand, $"No help topic for '{words[used - 1]}'");
        var flags = new GoFlagSet([.. command.Flags, s_help]);
        if (flags.ParseReordered(words[used..], command.KeepsSeparator) is { } problem)
        {
            await host.Output.WriteLineAsync($"Incorrect Usage: {problem}\n");
            EtcdctlHelp.WriteCommand(host.Output, command);
            throw new EtcdctlException(EtcdctlExit.BadArguments, problem);
        }

        if (flags.Has("help"))
        {
            EtcdctlHelp.WriteCommand(host.Output, command);
            return EtcdctlExit.Done;
        }

        using var session = new EtcdctlSession(host, globals);
        await session.DiscoverAsync();
        return await command.RunAsync(session, flags);
    }

    private static bool IsInGroup(EtcdctlCommand command, string group) =>
        command.Name.StartsWith(group + " ", StringComparison.Ordinal);
}
