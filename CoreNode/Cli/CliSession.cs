using System.CommandLine;
using CoreNode.Api.Client;

namespace CoreNode.Cli;

/// <summary>One run of the command line: the process around it and the options that every command shares.</summary>
internal sealed class CliSession(CliHost host)
{
    private static readonly TimeSpan s_noticeAfter = TimeSpan.FromSeconds(1);

    public CliHost Host { get; } = host;

    public GlobalOptions Options { get; } = new();

    /// <summary>A client for this run.</summary>
    public V2Client OpenClient(ParseResult parsed) => new(Options.ToClientOptions(parsed, Host));

    /// <summary>
    /// Opens the tunnel that --tunnel asks for; from then on clients go through it. Null if none is asked for.
    /// </summary>
    public async Task<Tunnel?> OpenTunnelAsync(ParseResult parsed)
    {
        if (parsed.GetValue(Options.Tunnel) is not { Length: > 0 } text || parsed.Action is HelpPage)
            return null;
        SshTarget target = SshTarget.Parse("--tunnel", text);
        Tunnel tunnel = await Tunnel.OpenAsync(Host, target, Options.FarEndpoint(parsed), []);
        Options.Tunnelled = tunnel.Endpoint;
        return tunnel;
    }

    public bool IsJson(ParseResult parsed) => Options.IsJson(parsed);

    /// <summary>Prints a problem on standard error and gives the exit code back.</summary>
    public int Fail(int exitCode, params ReadOnlySpan<string> lines)
    {
        foreach (string line in lines)
            Host.Error.WriteLine(line);
        return exitCode;
    }

    /// <summary>Awaits; says on a terminal what it waits for once that takes longer than a moment.</summary>
    public async Task<T> WithNoticeAsync<T>(Task<T> work, string notice)
    {
        if (Host.IsErrorTerminal && !work.IsCompleted)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Host.Cancellation);
            if (await Task.WhenAny(work, Task.Delay(s_noticeAfter, Host.Time, stop.Token)) != work)
                await Host.Error.WriteLineAsync(notice);
            await stop.CancelAsync();
        }

        return await work;
    }

    /// <summary>Says that no node answered, and what to do.</summary>
    public int FailUnreachable(IReadOnlyList<EndpointFailure> failures)
    {
        foreach (EndpointFailure failure in failures)
            Host.Error.WriteLine($"no node reachable at {failure}");
        string hint = failures.Any(failure => failure.Fault == EndpointFault.Tls)
            ? "check --cacert, --cert and --key, or write http:// if the node serves without TLS"
            : "start one with `corenode node --dev`, or say where one is with --endpoints";
        Host.Error.WriteLine(hint);
        return ExitCode.Unreachable;
    }
}
