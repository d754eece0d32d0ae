using CoreNode.Api.Client;
using CoreNode.Cli.Keys;
using CoreNode.Store;

namespace CoreNode.Cli.Etcdctl;

/// <summary>etcdctl's watches: one long poll after the other, without the reconnecting of <c>kv watch</c>.</summary>
internal static class WatchRequests
{
    private static readonly GoFlag s_after =
        new(["after-index"], GoFlagKind.Number, "begin after this index", "0");

    private static readonly GoFlag s_recursive =
        new(["recursive", "r"], GoFlagKind.Boolean, "also everything below the key");

    public static IEnumerable<EtcdctlCommand> All =>
    [
        new("watch", "wait for a change and print it", "<key>",
            [new(["forever", "f"], GoFlagKind.Boolean, "go on until Ctrl-C"), s_after, s_recursive], WatchAsync),
        new("exec-watch", "run a program at every change", "<key> <command> [args...]", [s_after, s_recursive],
            ExecWatchAsync) { KeepsSeparator = true },
    ];

    private static async Task<int> WatchAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string key = EtcdctlSession.Key(flags);
        bool isRecursive = flags.Has("recursive");
        return await FollowAsync(session, flags, key, flags.Number("after-index"), null, change =>
        {
            if (change.Node.IsDirectory)
                return true;
            if (isRecursive)
                session.Host.Output.WriteLine($"[{ActionNames.Name(change.Action)}] {change.Node.Key}");
            session.Print(change);
            session.Host.Output.Flush();
            return flags.Has("forever");
        });
    }

    private static async Task<int> ExecWatchAsync(EtcdctlSession session, GoFlagSet flags)
    {
        List<string> words = flags.Arguments;
        if (words.Count < 2)
            throw EtcdctlException.Error(EtcdctlExit.BadArguments, "key and command to exec required");
        // "KEY -- COMMAND …", or as of old "COMMAND … KEY". Some builds of etcdctl lose the "--" unless a flag comes
        // right before the key; what is documented counts here.
        int separator = words.IndexOf("--", 1);
        string key = separator > 0 ? words[0] : words[^1];
        List<string> command = separator > 0 ? words[2..] : words[..^1];
        if (command.Count == 0)
            throw EtcdctlException.Error(EtcdctlExit.BadArguments, "key and command to exec required");
        var runner = new WatchProgram(session.Host, command);
        return await FollowAsync(session, flags, key, flags.Number("after-index"), runner, change =>
        {
            if (change.Node.IsDirectory)
                session.Host.Error.WriteLine($"Ignored dir {change.Node.Key} change");
            else
                StartProgram(runner, change, command[0]);
            return true;
        });
    }

    // Not awaited: etcdctl lets the programs of quick changes run side by side.
    private static void StartProgram(WatchProgram runner, KvChange change, string name)
    {
        try
        {
            runner.Start(change);
        }
        catch (UsageException)
        {
            throw new EtcdctlException(EtcdctlExit.BadArguments, name.Contains('/', StringComparison.Ordinal)
                ? $"fork/exec {name}: no such file or directory"
                : $"exec: \"{name}\": executable file not found in $PATH");
        }
    }

    private static async Task<int> FollowAsync(
        EtcdctlSession session,
        GoFlagSet flags,
        string key,
        long after,
        WatchProgram? runner,
        Func<KvChange, bool> handle)
    {
        string path = EtcdctlSession.Path(key);
        V2Client client = await session.OpenAsync();
        using var interrupt = new Interrupt(session.Host.Cancellation, runner is null ? null : runner.Signal);
        ulong next = after > 0 ? (ulong)after + 1 : 0;
        try
        {
            while (true)
            {
                V2Request request = V2Request.Watch(path, flags.Has("recursive"), next);
                V2Reply reply = await client.SendAsync(request, interrupt.Token);
                // A server that ends long polls by itself answers nothing: ask again.
                if (reply is V2Reply.Answered { IsSuccess: true, Body.Length: 0 })
                    continue;
                KvChange change = EtcdctlSession.Unwrap(reply);
                next = change.Node.ModifiedIndex.Value + 1;
                if (!handle(change))
                    return EtcdctlExit.Done;
            }
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return EtcdctlExit.Done;
        }
    }
}
