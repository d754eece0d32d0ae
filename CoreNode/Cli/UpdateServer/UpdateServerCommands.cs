namespace CoreNode.Cli.UpdateServer;

/// <summary>The <c>update-server</c> group.</summary>
internal static class UpdateServerCommands
{
    public static CliCommand Build(CliSession session)
    {
        ServerCommand make = new(session);
        return ServerCommand.Group(
            new CliCommand("update-server", "the organisation's own update server: run it, roll releases out")
            {
                Details = "An application has packages, channels that lead to one of them, and groups of machines that "
                    + "follow a channel by a policy. Asked is the server at --endpoints, else at "
                    + "$CORENODE_UPDATE_SERVER_ENDPOINTS, else this machine's.",
                Examples =
                [
                    ("corenode update-server serve --listen-urls http://10.0.0.9:8000", "run it"),
                    ("corenode update-server package add 1.4.1.payload", "take a signed release in"),
                    ("corenode update-server channel set stable 1.4.1", "roll it out to who follows stable"),
                    ("corenode update-server group wait servers", "see it through"),
                ],
            },
            Serve(session),
            StatusCommands.Status(make),
            AppCommands.Build(make),
            PackageCommands.Build(make),
            ChannelCommands.Build(make),
            FloorCommands.Build(make),
            GroupCommands.Build(make),
            ServerMachineCommands.Build(make),
            TokenCommands.Build(make),
            StatusCommands.Audit(make),
            ParcelCommands.Backup(make),
            ParcelCommands.Restore(session),
            ParcelCommands.Export(make),
            ParcelCommands.Import(make));
    }

    // It parses its own flags, as `node` does; this is for help, completion and suggestions.
    private static CliCommand Serve(CliSession session)
    {
        CliCommand command = new("serve", "run the update server")
        {
            Details = "Its own options are shown by `corenode update-server serve --help`.",
            Examples =
            [
                ("corenode update-server serve", "for this machine, on http://127.0.0.1:8000"),
                ("corenode update-server serve --listen-urls http://10.0.0.9:8000 --trusted-keys /etc/corenode/keys",
                    "for a network; only packages that those keys signed are taken"),
            ],
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(_ => session.Fail(
            ExitCode.Usage,
            "`update-server serve` has options of its own, so it comes first: corenode update-server serve …"));
        return command;
    }
}
