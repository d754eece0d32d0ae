using System.CommandLine;
using CoreNode.Api.Client;
using CoreNode.Store;

namespace CoreNode.Cli.Keys;

/// <summary><c>kv get</c> and <c>kv ls</c>.</summary>
internal static class ReadCommands
{
    public static CliCommand Get(CliSession session)
    {
        var key = KeyArguments.Required();
        Option<bool> quorum = Quorum();
        Option<bool> sorted = Sorted();
        var command = new CliCommand("get", "print the value of a key")
        {
            Examples =
            [
                ("corenode kv get /app/motd", "print the value"),
                ("corenode kv get --quorum /app/leader", "be sure that it is the newest"),
                ("corenode kv get -o json /app/motd", "with indexes and lifetime, for programs"),
            ],
        };
        command.Arguments.Add(key);
        command.Options.Add(quorum);
        command.Options.Add(sorted);
        command.SetAction((parsed, _) =>
        {
            string name = parsed.GetValue(key)!;
            var options = new KvGetOptions { IsQuorum = parsed.GetValue(quorum), IsSorted = parsed.GetValue(sorted) };
            return new KeyCall(session, parsed).RunAsync(
                V2Request.Get(KeyPath.OfKey(name), options), name, change => PrintValue(session, change));
        });
        return command;
    }

    public static CliCommand List(CliSession session)
    {
        var key = new Argument<string>("KEY")
        {
            Description = "the directory; default: /",
            DefaultValueFactory = _ => "/",
        };
        Option<bool> quorum = Quorum();
        Option<bool> sorted = Sorted();
        var recursive = new Option<bool>("--recursive", "-r") { Description = "also everything further down" };
        var marks = new Option<bool>("-p") { Description = "a / after directories" };
        var command = new CliCommand("ls", "list the keys in a directory")
        {
            Details = "Keys whose name begins with _ are hidden: they are only listed by naming their directory.",
            Examples =
            [
                ("corenode kv ls", "what is at the top"),
                ("corenode kv ls -r -p --sort /app", "everything below /app, in order, directories with a /"),
                ("corenode kv ls -r -o json /app", "the same with values, for programs"),
            ],
        };
        command.Arguments.Add(key);
        foreach (Option<bool> option in new[] { sorted, recursive, marks, quorum })
            command.Options.Add(option);
        command.SetAction((parsed, _) =>
        {
            string name = parsed.GetValue(key)!;
            var options = new KvGetOptions
            {
                IsQuorum = parsed.GetValue(quorum),
                IsSorted = parsed.GetValue(sorted),
                IsRecursive = parsed.GetValue(recursive),
            };
            bool marksDirectories = parsed.GetValue(marks);
            return new KeyCall(session, parsed).RunAsync(
                V2Request.Get(KeyPath.OfKey(name), options), name, change =>
                {
                    ChangeText.WriteListing(session.Host.Output, change.Node, marksDirectories);
                    return ExitCode.Done;
                });
        });
        return command;
    }

    private static int PrintValue(CliSession session, KvChange change)
    {
        if (change.Node.IsDirectory)
        {
            return session.Fail(
                ExitCode.Failed,
                $"{change.Node.Key}: is a directory",
                $"list it with `corenode kv ls {(change.Node.Key.Length == 0 ? "/" : change.Node.Key)}`");
        }

        ChangeText.WriteSimple(session.Host.Output, change);
        return ExitCode.Done;
    }

    private static Option<bool> Quorum() =>
        new("--quorum", "-q") { Description = "ask a majority, so that nothing older is shown" };

    private static Option<bool> Sorted() => new("--sort", "--sorted") { Description = "in order of the names" };
}
