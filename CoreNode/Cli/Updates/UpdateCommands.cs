namespace CoreNode.Cli.Updates;

/// <summary>The <c>update</c> group.</summary>
internal static class UpdateCommands
{
    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("update", "update the machine's system, and go back")
        {
            Details = "Asks the node of one machine, this one unless --endpoints or --tunnel name another. An update "
                + "is written to the slot that does not run and takes effect with a reboot; a version that does not "
                + "prove healthy goes back by itself.",
            Examples =
            [
                ("corenode update status", "what runs, what is done next, when and why"),
                ("corenode update now", "ask the server, take what it offers, show how it goes"),
                ("corenode update apply /root/1.4.1.payload", "without any server"),
                ("corenode update rollback", "back to the version before"),
            ],
        };
        group.Subcommands.Add(UpdateOrderCommands.Now(session));
        group.Subcommands.Add(UpdateOrderCommands.Check(session));
        group.Subcommands.Add(UpdateOrderCommands.Apply(session));
        group.Subcommands.Add(UpdateOrderCommands.Cancel(session));
        group.Subcommands.Add(UpdateOrderCommands.Reset(session));
        group.Subcommands.Add(UpdateOrderCommands.Rollback(session));
        group.Subcommands.Add(UpdateOrderCommands.Pin(session));
        group.Subcommands.Add(UpdateOrderCommands.Unpin(session));
        group.Subcommands.Add(UpdateShowCommands.Status(session));
        group.Subcommands.Add(UpdateShowCommands.History(session));
        return group;
    }
}
