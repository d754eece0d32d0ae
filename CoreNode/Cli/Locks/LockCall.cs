using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.RebootLock;

namespace CoreNode.Cli.Locks;

/// <summary>One run of a lock command: its client, its group, how its answer is told.</summary>
internal sealed class LockCall : IDisposable
{
    private readonly CliSession _session;
    private readonly ParseResult _parsed;

    public LockCall(CliSession session, ParseResult parsed, string group)
    {
        _session = session;
        _parsed = parsed;
        Group = group;
        Client = session.OpenClient(parsed);
        Locks = new Semaphores(Client, session.Host.Time);
    }

    /// <summary>The group; "" is the default one.</summary>
    public string Group { get; }

    public V2Client Client { get; }

    public Semaphores Locks { get; }

    public CancellationToken Cancellation => _session.Host.Cancellation;

    /// <summary>The holder that is named, else this machine.</summary>
    public string Holder(string? named)
    {
        if (named is { Length: > 0 })
            return named;
        if (_parsed.GetValue(_session.Options.Tunnel) is { Length: > 0 })
            throw new UsageException("with --tunnel, name the machine: its id is in /etc/machine-id there");
        return OwnMachine.Find(out string problem)
            ?? throw new UsageException($"this machine has no id ({problem}); name a holder");
    }

    /// <summary>Tells how it ended and gives the exit code.</summary>
    /// <param name="answer">How.</param>
    /// <param name="text">What a success is told by.</param>
    public int Tell(LockAnswer answer, string text)
    {
        switch (answer.Kind)
        {
            case LockAnswerKind.Granted or LockAnswerKind.Released or LockAnswerKind.Changed:
                _session.Host.Output.WriteLine(
                    _session.IsJson(_parsed) ? LockText.Json(Group, answer.Status!) : text);
                return ExitCode.Done;
            case LockAnswerKind.Full:
                return _session.Fail(
                    ExitCode.Failed,
                    $"{LockText.Name(Group)} is not free: {LockText.Holders(answer.Status!)}",
                    "wait for it with --wait, or give one back by hand: corenode lock release ID");
            case LockAnswerKind.Absent:
                return _session.Fail(
                    ExitCode.NotFound, $"{answer.Reason}; `corenode lock status` shows who does");
            default:
                return Fail(answer.Kind, answer.Reason);
        }
    }

    /// <summary>Tells why there is no answer and gives the exit code.</summary>
    public int Fail(LockAnswerKind kind, string reason)
    {
        return kind == LockAnswerKind.Unavailable
            ? _session.Fail(
                ExitCode.Unreachable, reason, "see `corenode cluster health`, or name other nodes with --endpoints")
            : _session.Fail(ExitCode.Failed, reason);
    }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}
