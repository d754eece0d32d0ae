using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>One run's way to the admin surface: its client, and what a refusal is told as.</summary>
internal sealed class UnitCall(CliSession session, ParseResult parsed) : IDisposable
{
    /// <summary>What to do where the store takes no writes.</summary>
    public const string StoreAdvice =
        "what runs goes on running; most members must be up and reach each other: see `corenode cluster health`";

    private readonly ClientOptions _options = session.Options.ToClientOptions(parsed, session.Host);
    private UnitsClient? _client;

    public CliSession Session { get; } = session;

    public ParseResult Parsed { get; } = parsed;

    public TextWriter Output => Session.Host.Output;

    public TextWriter Error => Session.Host.Error;

    public bool IsJson => Session.IsJson(Parsed);

    public UnitsClient Client => _client ??= new UnitsClient(_options);

    /// <summary>Longest wait of one long poll: the client's own deadline must not end it.</summary>
    public TimeSpan PollLimit => TimeSpan.FromSeconds(Math.Clamp(_options.RequestTimeout.TotalSeconds / 2, 0.5, 30));

    /// <summary>How long a node may stay away while something is waited for.</summary>
    public TimeSpan Patience => _options.RequestTimeout;

    public CancellationToken Cancellation => Session.Host.Cancellation;

    /// <summary>Awaits an answer and says so on a terminal if it takes long.</summary>
    public Task<AdminReply<T>> AskAsync<T>(Task<AdminReply<T>> call)
        where T : class =>
        Session.WithNoticeAsync(call, $"waiting for an answer of {string.Join(", ", _options.Endpoints)} …");

    /// <summary>Tells why there is no answer, and gives the exit code.</summary>
    public int Fail<T>(AdminReply<T> reply, string what)
        where T : class => reply switch
        {
            AdminReply<T>.Refused { Status: 404, Message.Length: 0 } refused => Session.Fail(
                ExitCode.Failed,
                $"{refused.Endpoint} does not serve units",
                "ask on the machine itself through its unix socket, or name an admin listener with --endpoints"),
            AdminReply<T>.Refused { Status: 404 } refused => Session.Fail(
                ExitCode.NotFound, About(what, refused.Message)),
            AdminReply<T>.Refused { Status: 401 or 403 } refused => Session.Fail(
                ExitCode.Failed,
                $"{what}: {refused.Endpoint} does not allow it: {Reason(refused.Message, refused.Status)}",
                "units mean root on every machine: be root or in the group corenode on a node, or show a client "
                + "certificate to an admin listener"),
            AdminReply<T>.Refused { Status: 503 } refused => Session.Fail(
                ExitCode.Failed, About(what, Reason(refused.Message, refused.Status)), StoreAdvice),
            AdminReply<T>.Refused refused => Session.Fail(
                ExitCode.Failed, About(what, Reason(refused.Message, refused.Status))),
            AdminReply<T>.Failed { Reply.MayHaveHappened: true } failed => Session.Fail(
                ExitCode.Failed,
                $"{what}: no answer: {failed.Reply.Reason}",
                "whether it was done is not known: look with `corenode unit list`"),
            AdminReply<T>.Failed failed => Session.FailUnreachable(failed.Reply.Failures),
            _ => throw new InvalidOperationException("that is no failure"),
        };

    public void Dispose() => _client?.Dispose();

    /// <summary>A sentence about something; most name it themselves.</summary>
    public static string About(string what, string sentence) =>
        sentence.Contains(what, StringComparison.Ordinal) ? sentence : $"{what}: {sentence}";

    private static string Reason(string message, int status) =>
        message.Length > 0 ? message : $"the node answered {status}";
}
