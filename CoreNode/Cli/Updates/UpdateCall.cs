using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.Updates;

namespace CoreNode.Cli.Updates;

/// <summary>One run's way to the updates of a machine: its client, and what a refusal is told as.</summary>
internal sealed class UpdateCall(CliSession session, ParseResult parsed) : IDisposable
{
    private readonly ClientOptions _options = session.Options.ToClientOptions(parsed, session.Host);
    private UpdatesClient? _client;

    public CliSession Session { get; } = session;

    public ParseResult Parsed { get; } = parsed;

    public TextWriter Output => Session.Host.Output;

    public TextWriter Error => Session.Host.Error;

    public bool IsJson => Session.IsJson(Parsed);

    public UpdatesClient Client => _client ??= new UpdatesClient(_options);

    /// <summary>How long a node may stay away while something is waited for.</summary>
    public TimeSpan Patience => _options.RequestTimeout;

    /// <summary>True if this machine's own node is asked, so that both see the same files.</summary>
    public bool IsOnMachine => _options.Endpoints[0].SocketPath is not null && Session.Options.Tunnelled is null;

    public CancellationToken Cancellation => Session.Host.Cancellation;

    /// <summary>Awaits an answer and says so on a terminal if it takes long.</summary>
    public Task<AdminReply<T>> AskAsync<T>(Task<AdminReply<T>> call)
        where T : class =>
        Session.WithNoticeAsync(call, $"waiting for an answer of {string.Join(", ", _options.Endpoints)} …");

    /// <summary>Tells why there is no answer, and gives the exit code.</summary>
    public int Fail<T>(AdminReply<T> reply, string what)
        where T : class => reply switch
        {
            AdminReply<T>.Refused { Status: 404 } refused => Session.Fail(
                ExitCode.Failed,
                $"{refused.Endpoint} does not look after the updates of its machine",
                "start that node with updates among its --modules, or name another one with --endpoints"),
            AdminReply<T>.Refused { Status: 401 or 403 } refused => Session.Fail(
                ExitCode.Failed,
                $"{what}: {refused.Endpoint} does not allow it: {Reason(refused)}",
                "updates mean root on the machine: be root or in the group corenode there, or show a client "
                + "certificate to an admin listener"),
            AdminReply<T>.Refused refused => Session.Fail(ExitCode.Failed, $"{what}: {Reason(refused)}"),
            AdminReply<T>.Failed { Reply.MayHaveHappened: true } failed => Session.Fail(
                ExitCode.Failed,
                $"{what}: no answer: {failed.Reply.Reason}",
                "whether it was begun is not known: look with `corenode update status`"),
            AdminReply<T>.Failed failed => Session.FailUnreachable(failed.Reply.Failures),
            _ => throw new InvalidOperationException("that is no failure"),
        };

    public void Dispose() => _client?.Dispose();

    private static string Reason<T>(AdminReply<T>.Refused refused)
        where T : class =>
        refused.Message.Length > 0 ? refused.Message : $"the node answered {refused.Status}";
}
