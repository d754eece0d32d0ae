namespace CoreNode.Cli.Keys;

/// <summary>The <c>kv</c> group.</summary>
internal static class KeyCommands
{
    public const string Summary = "read, write and watch keys of the store";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("kv", Summary)
        {
            Details = "Keys form a tree, as files do. Values are text or bytes of any kind.",
            Examples =
            [
                ("corenode kv set /app/motd hello", "write"),
                ("corenode kv get /app/motd", "read"),
                ("corenode kv watch -f -r /app", "follow what changes"),
            ],
        };
        group.Subcommands.Add(ReadCommands.Get(session));
        group.Subcommands.Add(WriteCommands.Set(session));
        group.Subcommands.Add(WriteCommands.Make(session));
        group.Subcommands.Add(WriteCommands.MakeDirectory(session));
        group.Subcommands.Add(WriteCommands.Update(session));
        group.Subcommands.Add(WriteCommands.CompareAndSwap(session));
        group.Subcommands.Add(RemoveCommands.Remove(session));
        group.Subcommands.Add(RemoveCommands.RemoveDirectory(session));
        group.Subcommands.Add(ReadCommands.List(session));
        group.Subcommands.Add(WatchCommands.Watch(session));
        group.Subcommands.Add(WatchCommands.ExecWatch(session));
        return group;
    }
}
