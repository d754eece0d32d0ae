using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary><c>kv watch</c> and <c>kv exec-watch</c>.</summary>
internal static class WatchCommands
{
    public static CliCommand Watch(CliSession session)
    {
        var shared = new WatchOptions();
        Argument<string> key = KeyArguments.Required("the key or directory; it need not be there yet");
        Option<bool> forever = new("--forever", "-f") { Description = "go on after the first change, until Ctrl-C" };
        var command = new CliCommand("watch", "wait for a change and print it")
        {
            Details = "With --forever nothing is missed: after a lost connection it goes on where it was. Where the "
                + "node no longer has the history, the key is read again and that is said.",
            Examples =
            [
                ("corenode kv watch /app/motd", "wait for the next change, print the value, end"),
                ("corenode kv watch -f -r /app", "follow everything below /app until Ctrl-C"),
                ("corenode kv watch --after-index 41 /app/motd", "the first change at or after index 41"),
            ],
        };
        command.Arguments.Add(key);
        command.Options.Add(forever);
        shared.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt(session.Host.Cancellation);
            bool isRecursive = parsed.GetValue(shared.Recursive);
            bool isForever = parsed.GetValue(forever);
            bool isJson = session.IsJson(parsed);
            var loop = new WatchLoop(session, parsed, parsed.GetValue(key)!, isRecursive, shared.Since(parsed));
            return await loop.RunAsync(
                async change =>
                {
                    if (!isJson && change.Node.IsDirectory)
                        return true;
                    Print(session.Host.Output, change, isRecursive, isJson);
                    await session.Host.Output.FlushAsync(interrupt.Token);
                    return isForever;
                },
                interrupt.Token);
        });
        return command;
    }

    public static CliCommand ExecWatch(CliSession session)
    {
        var shared = new WatchOptions();
        Argument<string> key = KeyArguments.Required("the key or directory; it need not be there yet");
        var program = new Argument<string[]>("COMMAND")
        {
            Description = "what to run, after --",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new CliCommand("exec-watch", "run a command at every change")
        {
            Details = "The command finds what happened in ETCD_WATCH_ACTION, ETCD_WATCH_KEY, ETCD_WATCH_VALUE and "
                + "ETCD_WATCH_MODIFIED_INDEX. Changes are handled one after the other, in order. SIGINT, SIGTERM and "
                + "SIGHUP are passed on to it; then exec-watch ends with it.",
            Examples =
            [
                ("corenode kv exec-watch /app/config -- systemctl reload app", "reload when the value changes"),
                ("corenode kv exec-watch -r /app -- sh -c 'echo $ETCD_WATCH_KEY=$ETCD_WATCH_VALUE'", "print changes"),
            ],
        };
        command.Arguments.Add(key);
        command.Arguments.Add(program);
        shared.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var runner = new WatchProgram(session.Host, parsed.GetValue(program)!);
            using var interrupt = new Interrupt(session.Host.Cancellation, runner.Signal);
            var loop = new WatchLoop(
                session, parsed, parsed.GetValue(key)!, parsed.GetValue(shared.Recursive), shared.Since(parsed));
            return await loop.RunAsync(runner.RunAsync, interrupt.Token);
        });
        return command;
    }

    private static void Print(TextWriter output, KvChange change, bool isRecursive, bool isJson)
    {
        if (isJson)
        {
            output.WriteLine(EtcdJson.Server(change));
            return;
        }

        if (isRecursive)
            output.WriteLine($"[{ActionNames.Name(change.Action)}] {change.Node.Key}");
        ChangeText.WriteSimple(output, change);
    }

    /// <summary>Options of both.</summary>
    private sealed class WatchOptions
    {
        public Option<bool> Recursive { get; } = new("--recursive", "-r") { Description = "also everything below" };

        public Option<ulong> AfterIndex { get; } =
            NumberOption.Index("--after-index", "begin with the first change after this index; 0: from now on");

        public StoreIndex Since(ParseResult parsed)
        {
            ulong after = parsed.GetValue(AfterIndex);
            return after == 0 ? StoreIndex.Zero : new StoreIndex(after).Next;
        }

        public void AddTo(Command command)
        {
            command.Options.Add(Recursive);
            command.Options.Add(AfterIndex);
        }
    }
}
