namespace CoreNode.Cli.Discovery;

/// <summary>The <c>discovery</c> group.</summary>
internal static class DiscoveryCommands
{
    public const string Summary = "let the machines of a new cluster find each other";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("discovery", Summary)
        {
            Examples =
            [
                ("corenode discovery serve", "the service, on one machine that all reach"),
                ("corenode discovery new --size 3", "a URL for all machines' --discovery"),
            ],
        };
        group.Subcommands.Add(ServeCommand.Build(session));
        group.Subcommands.Add(NewCommand.Build(session));
        return group;
    }
}
