using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary><c>kv set</c>, <c>mk</c>, <c>mkdir</c>, <c>update</c> and <c>cas</c>.</summary>
internal static class WriteCommands
{
    public static CliCommand Set(CliSession session)
    {
        Option<string?> withValue = WithValue("--swap-with-value");
        Option<ulong> withIndex = WithIndex("--swap-with-index");
        Option<bool> directory = new("--dir") { Description = "make a directory, or change one's lifetime" };
        var command = new CliCommand("set", "write a key, whether it is there or not")
        {
            Details = "A value that begins with - goes after --, as in: corenode kv set -- /app/offset -x",
            Examples =
            [
                ("corenode kv set /app/motd 'hello world'", "write a value"),
                ("corenode kv set --ttl 60 /app/alive yes", "one that is gone after a minute"),
                ("corenode kv set /app/config --file config.json", "the content of a file"),
                ("date | corenode kv set /app/time", "what a command prints"),
            ],
        };
        return Write(session, command, new WriteParts(withValue, withIndex, directory), (_, options) => options);
    }

    public static CliCommand CompareAndSwap(CliSession session)
    {
        Option<string?> withValue = WithValue("--with-value");
        Option<ulong> withIndex = WithIndex("--with-index");
        var command = new CliCommand("cas", "replace a value if it still is the one that was seen")
        {
            Details = "The safe way for several writers: read, decide, and write only if nobody was faster.",
            Examples =
            [
                ("corenode kv cas --with-value blue /app/colour green", "blue becomes green, anything else stays"),
                ("corenode kv cas --with-index 42 /app/colour green", "only if nothing was changed since index 42"),
            ],
        };
        return Write(session, command, new WriteParts(withValue, withIndex, null), (_, options) =>
            options.PreviousValue is null && options.PreviousIndex.Value == 0
                ? throw new UsageException("cas needs --with-value V or --with-index N; without a condition use kv set")
                : options);
    }

    public static CliCommand Update(CliSession session)
    {
        Option<bool> directory = new("--dir") { Description = "change the lifetime of a directory" };
        var command = new CliCommand("update", "change a key that is there")
        {
            Details = "A lifetime that the key had ends unless --ttl gives a new one.",
            Examples =
            [
                ("corenode kv update /app/motd 'good night'", "fails if /app/motd is not there"),
                ("corenode kv update --dir --ttl 3600 /app/cache", "the directory goes in an hour"),
            ],
        };
        return Write(session, command, new WriteParts(null, null, directory), (_, options) =>
            options with { MustExist = true });
    }

    public static CliCommand Make(CliSession session)
    {
        Argument<string> key = KeyArguments.Required();
        Option<bool> inOrder = new("--in-order")
        {
            Description = "KEY is a directory; the store names the key so that names sort by age",
        };
        Option<ulong> ttl = NumberOption.Ttl();
        var value = new ValueSource();
        var command = new CliCommand("mk", "make a key that is not there yet")
        {
            Examples =
            [
                ("corenode kv mk /app/owner alice", "only one of several callers succeeds"),
                ("corenode kv mk --in-order /queue 'job 1'", "put something at the end of a queue"),
            ],
        };
        command.Arguments.Add(key);
        value.AddTo(command);
        command.Options.Add(inOrder);
        command.Options.Add(ttl);
        command.SetAction(async (parsed, _) =>
        {
            string name = parsed.GetValue(key)!;
            byte[] bytes = await value.ReadAsync(parsed, session.Host);
            TimeSpan? timeToLive = KeyArguments.Ttl(parsed, ttl);
            V2Request request = parsed.GetValue(inOrder)
                ? V2Request.CreateInOrder(KeyPath.OfKey(name), bytes, timeToLive)
                : V2Request.Set(KeyPath.OfKey(name), bytes, KvSetOptions.Create with { TimeToLive = timeToLive });
            return await new KeyCall(session, parsed).RunAsync(request, name, change => PrintValue(session, change));
        });
        return command;
    }

    public static CliCommand MakeDirectory(CliSession session)
    {
        Argument<string> key = KeyArguments.Required("the directory, such as /app");
        Option<ulong> ttl = NumberOption.Ttl();
        var command = new CliCommand("mkdir", "make a directory that is not there yet")
        {
            Details = "Writing a key makes the directories above it; this is for empty ones and for lifetimes.",
            Examples =
            [
                ("corenode kv mkdir /app", "an empty directory"),
                ("corenode kv mkdir --ttl 60 /session/7", "all of it is gone after a minute"),
            ],
        };
        command.Arguments.Add(key);
        command.Options.Add(ttl);
        command.SetAction((parsed, _) =>
        {
            string name = parsed.GetValue(key)!;
            KvSetOptions options = KvSetOptions.Create with
            {
                IsDirectory = true,
                TimeToLive = KeyArguments.Ttl(parsed, ttl),
            };
            return new KeyCall(session, parsed).RunAsync(
                V2Request.Set(KeyPath.OfKey(name), [], options), name, _ => ExitCode.Done);
        });
        return command;
    }

    private static CliCommand Write(
        CliSession session,
        CliCommand command,
        WriteParts parts,
        Func<ParseResult, KvSetOptions, KvSetOptions> condition)
    {
        Argument<string> key = KeyArguments.Required();
        Option<ulong> ttl = NumberOption.Ttl();
        var value = new ValueSource();
        command.Arguments.Add(key);
        value.AddTo(command);
        command.Options.Add(ttl);
        foreach (Option? option in new Option?[] { parts.WithValue, parts.WithIndex, parts.Directory })
        {
            if (option is not null)
                command.Options.Add(option);
        }

        command.SetAction(async (parsed, _) =>
        {
            string name = parsed.GetValue(key)!;
            bool isDirectory = parts.Directory is not null && parsed.GetValue(parts.Directory);
            KvSetOptions options = condition(parsed, new KvSetOptions
            {
                IsDirectory = isDirectory,
                PreviousValue = parts.WithValue is null ? null : parsed.GetValue(parts.WithValue),
                PreviousIndex = new StoreIndex(parts.WithIndex is null ? 0 : parsed.GetValue(parts.WithIndex)),
                TimeToLive = KeyArguments.Ttl(parsed, ttl),
            });
            byte[] bytes = isDirectory ? [] : await value.ReadAsync(parsed, session.Host);
            return await new KeyCall(session, parsed).RunAsync(
                V2Request.Set(KeyPath.OfKey(name), bytes, options),
                name,
                change => isDirectory ? ExitCode.Done : PrintValue(session, change));
        });
        return command;
    }

    private static int PrintValue(CliSession session, KvChange change)
    {
        ChangeText.WriteSimple(session.Host.Output, change);
        return ExitCode.Done;
    }

    private static Option<string?> WithValue(string name) =>
        new(name) { Description = "only if this is its value now", HelpName = "V" };

    private static Option<ulong> WithIndex(string name) =>
        NumberOption.Index(name, "only if this is its modifiedIndex now");

    /// <summary>What some of the writing commands have and others do not.</summary>
    private sealed record WriteParts(
        Option<string?>? WithValue, Option<ulong>? WithIndex, Option<bool>? Directory);
}
