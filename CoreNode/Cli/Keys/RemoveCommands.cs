using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary><c>kv rm</c> and <c>kv rmdir</c>.</summary>
internal static class RemoveCommands
{
    public static CliCommand Remove(CliSession session)
    {
        Argument<string> key = KeyArguments.Required();
        Option<bool> directory = new("--dir") { Description = "also an empty directory" };
        Option<bool> recursive = new("--recursive", "-r")
        {
            Description = "also a directory with everything in it",
        };
        Option<string?> withValue = new("--with-value")
        {
            Description = "only if this is its value now",
            HelpName = "V",
        };
        Option<ulong> withIndex = NumberOption.Index("--with-index", "only if this is its modifiedIndex now");
        var command = new CliCommand("rm", "remove a key or a directory")
        {
            Examples =
            [
                ("corenode kv rm /app/motd", "remove a key; prints the value it had"),
                ("corenode kv rm --with-value alice /app/owner", "only if it still is alice's"),
                ("corenode kv rm -r /app", "a directory and everything in it"),
            ],
        };
        command.Arguments.Add(key);
        foreach (Option option in new Option[] { recursive, directory, withValue, withIndex })
            command.Options.Add(option);
        command.SetAction((parsed, _) => RunAsync(session, parsed, parsed.GetValue(key)!, new KvDeleteOptions
        {
            IsDirectory = parsed.GetValue(directory),
            IsRecursive = parsed.GetValue(recursive),
            PreviousValue = parsed.GetValue(withValue),
            PreviousIndex = new StoreIndex(parsed.GetValue(withIndex)),
        }));
        return command;
    }

    public static CliCommand RemoveDirectory(CliSession session)
    {
        Argument<string> key = KeyArguments.Required("the directory, such as /app");
        var command = new CliCommand("rmdir", "remove an empty directory, or a key")
        {
            Examples =
            [
                ("corenode kv rmdir /app/cache", "fails if something is in it"),
                ("corenode kv rmdir /app/cache -o json", "with what it was, for programs"),
            ],
        };
        command.Arguments.Add(key);
        command.SetAction((parsed, _) => RunAsync(
            session, parsed, parsed.GetValue(key)!, new KvDeleteOptions { IsDirectory = true }));
        return command;
    }

    private static Task<int> RunAsync(CliSession session, ParseResult parsed, string key, KvDeleteOptions options) =>
        new KeyCall(session, parsed).RunAsync(V2Request.Delete(KeyPath.OfKey(key), options), key, change =>
        {
            if (!change.Node.IsDirectory)
                ChangeText.WriteSimple(session.Host.Output, change);
            return ExitCode.Done;
        });
}
