using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary>Follows a key for a command: hands on changes, tells on standard error what else happens.</summary>
internal sealed class WatchLoop(
    CliSession session, ParseResult parsed, string key, bool isRecursive, StoreIndex since)
{
    private bool _isDisconnected;

    /// <summary>Runs until <paramref name="handle"/> says false or the token ends it.</summary>
    public async Task<int> RunAsync(Func<KvChange, Task<bool>> handle, CancellationToken cancellation)
    {
        ClientOptions options = session.Options.ToClientOptions(parsed, session.Host);
        using V2Client client = new(options);
        if (session.Host.IsErrorTerminal)
        {
            await session.Host.Error.WriteLineAsync(
                $"waiting for changes of {key} at {string.Join(", ", options.Endpoints)} (Ctrl-C ends) …");
        }

        try
        {
            await foreach (KvWatchItem item in client.WatchAsync(key, isRecursive, since, cancellation))
            {
                if (item is KvWatchItem.Changed changed)
                {
                    _isDisconnected = false;
                    if (!await handle(changed.Change))
                        return ExitCode.Done;
                }
                else if (Tell(item) is int exitCode)
                {
                    return exitCode;
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The user ended it.
        }

        return ExitCode.Done;
    }

    private int? Tell(KvWatchItem item)
    {
        switch (item)
        {
            case KvWatchItem.Disconnected { IsFirst: true } lost:
                return session.Fail(
                    ExitCode.Unreachable,
                    $"no node reachable at {lost.Reason}",
                    "start one with `corenode node --dev`, or say where one is with --endpoints");
            case KvWatchItem.Disconnected lost:
                if (!_isDisconnected)
                    session.Host.Error.WriteLine($"{lost.Reason}; trying again, no change will be missed");
                _isDisconnected = true;
                return null;
            case KvWatchItem.HistoryLost lost:
                session.Host.Error.WriteLine(
                    $"changes of {key} from index {lost.Asked} on are no longer in the node's history: some were "
                    + $"missed. Read again at index {lost.Index}, going on from there");
                return null;
            case KvWatchItem.Refused refused:
                return new KeyCall(session, parsed).TellError(refused.Error, key);
            default:
                throw new InvalidOperationException("an unknown kind of watch item");
        }
    }
}
