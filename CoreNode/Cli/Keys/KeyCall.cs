using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary>Sends one request on keys and tells its outcome: text or JSON, exit code, what to do next.</summary>
internal sealed class KeyCall(CliSession session, ParseResult parsed)
{
    /// <summary>
    /// Sends it; <paramref name="print"/> writes the text of a success and gives the exit code, with -o json the answer
    /// itself is printed.
    /// </summary>
    public async Task<int> RunAsync(V2Request request, string key, Func<KvChange, int> print)
    {
        using V2Client client = session.OpenClient(parsed);
        ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
        V2Reply reply = await session.WithNoticeAsync(
            client.SendAsync(request, session.Host.Cancellation),
            $"waiting for an answer of {string.Join(", ", options.Endpoints)} …");
        return reply switch
        {
            V2Reply.Answered answer => Tell(V2Json.ParseAnswer(answer), key, print),
            V2Reply.Failed failed when failed.MayHaveHappened && !request.IsSafe => session.Fail(
                ExitCode.Failed,
                $"no answer: {failed.Reason}",
                $"{key} may have been changed or not; look with `corenode kv get {key}` before trying again"),
            V2Reply.Failed failed => session.FailUnreachable(failed.Failures),
            _ => throw new InvalidOperationException("an unknown kind of reply"),
        };
    }

    /// <summary>Tells a refusal.</summary>
    public int TellError(KvError error, string key)
    {
        session.Host.Error.WriteLine($"Error:  {error}");
        if (Hint(error, key) is { } hint)
            session.Host.Error.WriteLine(hint);
        return error.Is(ErrorCode.KeyNotFound) ? ExitCode.NotFound : ExitCode.Failed;
    }

    private int Tell(KvOutcome outcome, string key, Func<KvChange, int> print)
    {
        if (outcome is KvOutcome.Refused refused)
            return TellError(refused.Error, key);
        KvChange change = ((KvOutcome.Done)outcome).Change;
        if (!session.IsJson(parsed))
            return print(change);
        session.Host.Output.WriteLine(EtcdJson.Server(change));
        return ExitCode.Done;
    }

    private static string? Hint(KvError error, string key) => (ErrorCode)error.Code switch
    {
        ErrorCode.KeyNotFound when error.Cause != KeyPath.Clean(key) =>
            $"already {error.Cause}, on the way to {key}, does not exist",
        ErrorCode.KeyNotFound => "`corenode kv ls -r` shows which keys there are",
        ErrorCode.CompareFailed => $"{key} was changed meanwhile; read it again with `corenode kv get {key}`",
        ErrorCode.NotAFile => $"{key} is a directory; list it with `corenode kv ls {key}`",
        ErrorCode.NotADirectory => $"{error.Cause} is a key with a value, so nothing can be below it",
        ErrorCode.KeyExists => $"change it with `corenode kv update {key} VALUE`, or replace it with kv set",
        ErrorCode.RootReadOnly => "the root itself cannot be changed; name a key below it",
        ErrorCode.DirectoryNotEmpty => $"remove it with what is in it: `corenode kv rm --recursive {key}`",
        // The cause of a refusal by a rule of access says itself what to do.
        ErrorCode.Unauthorized when error.Cause.Contains("(rule ", StringComparison.Ordinal) => null,
        ErrorCode.Unauthorized => "say who you are with --user NAME (its password is asked for)",
        ErrorCode.RaftInternal =>
            "the cluster has no quorum now; the write may still happen. See `corenode cluster health`",
        _ => null,
    };
}
