namespace CoreNode.Cli.Units;

/// <summary>The <c>unit</c> group.</summary>
internal static class UnitCommands
{
    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("unit", "run units over the cluster")
        {
            Details = "A unit is a systemd unit file; [X-Fleet] in it says where it may run. Its states: inactive (the "
                + "cluster knows it), loaded (it is on a machine), launched (it was started there). Of "
                + "web.container, a container as Quadlet describes it, web.service is made.",
            Examples =
            [
                ("corenode unit start web.service", "on the machine that suits best"),
                ("corenode unit list", "what runs where, and why not"),
                ("corenode unit journal -f web", "what it writes, from any node"),
            ],
        };
        group.Subcommands.Add(OrderCommands.Submit(session));
        group.Subcommands.Add(OrderCommands.Load(session));
        group.Subcommands.Add(OrderCommands.Start(session));
        group.Subcommands.Add(OrderCommands.Stop(session));
        group.Subcommands.Add(OrderCommands.Unload(session));
        group.Subcommands.Add(OrderCommands.Restart(session));
        group.Subcommands.Add(RolloutCommands.Build(session));
        group.Subcommands.Add(OrderCommands.Destroy(session));
        group.Subcommands.Add(ShowCommands.List(session));
        group.Subcommands.Add(ShowCommands.ListFiles(session));
        group.Subcommands.Add(ShowCommands.Cat(session));
        group.Subcommands.Add(RemoteCommands.Status(session));
        group.Subcommands.Add(RemoteCommands.Journal(session));
        group.Subcommands.Add(ShowCommands.Verify(session));
        group.Subcommands.Add(SshCommands.OfUnit(session));
        return group;
    }
}
