using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Reboots;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Reboots;

/// <summary>One run's way to the reboots of a machine, and what a refusal is told as.</summary>
internal sealed class RebootCall : IDisposable
{
    private readonly CliSession _session;
    private readonly ClientOptions _options;

    public RebootCall(CliSession session, ParseResult parsed)
    {
        _session = session;
        _options = session.Options.ToClientOptions(parsed, session.Host);
        IsJson = session.IsJson(parsed);
        Client = new RebootsClient(_options);
    }

    public RebootsClient Client { get; }

    public bool IsJson { get; }

    public TextWriter Output => _session.Host.Output;

    public DateTimeOffset Now => _session.Host.Time.GetUtcNow();

    public TimeProvider Time => _session.Host.Time;

    public CancellationToken Cancellation => _session.Host.Cancellation;

    /// <summary>Awaits an answer and says so on a terminal if it takes long.</summary>
    public Task<AdminReply<ToldReboot>> AskAsync(Task<AdminReply<ToldReboot>> call) =>
        _session.WithNoticeAsync(call, $"waiting for an answer of {string.Join(", ", _options.Endpoints)} …");

    /// <summary>Tells why something is not done, and gives the exit code.</summary>
    public int Fail(string what, string? advice = null) =>
        advice is null ? _session.Fail(ExitCode.Failed, what) : _session.Fail(ExitCode.Failed, what, advice);

    /// <summary>Tells why there is no answer, and gives the exit code.</summary>
    public int Fail(AdminReply<ToldReboot> reply, string what) => reply switch
    {
        AdminReply<ToldReboot>.Refused { Status: 404 } refused => Fail(
            $"{refused.Endpoint} does not look after the reboots of its machine",
            "start that node with updates among its --modules, or name another one with --endpoints"),
        AdminReply<ToldReboot>.Refused { Status: 401 or 403 } refused => Fail(
            $"{what}: {refused.Endpoint} does not allow it: {refused.Message}",
            "be root or in the group corenode on that machine, or show a client certificate to an admin listener"),
        AdminReply<ToldReboot>.Refused refused => Fail($"{what}: {refused.Message}"),
        AdminReply<ToldReboot>.Failed { Reply.MayHaveHappened: true } failed => Fail(
            $"{what}: no answer: {failed.Reply.Reason}",
            "whether it was begun is not known: look with `corenode reboot status`"),
        AdminReply<ToldReboot>.Failed failed => _session.FailUnreachable(failed.Reply.Failures),
        _ => throw new InvalidOperationException("that is no failure"),
    };

    public void Dispose() => Client.Dispose();
}
