namespace CoreNode.Cli.Pki;

/// <summary>The <c>pki</c> group.</summary>
internal static class PkiCommands
{
    public const string Summary = "a private CA and its certificates, for those who have none";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("pki", Summary)
        {
            Details = "Works on files of this machine and asks no node. Do it where the CA's key may lie: one machine, "
                + "best one that serves nobody. Nodes take changed files into use by themselves.",
            Examples =
            [
                ("corenode pki init", "once: the CA"),
                ("corenode pki issue member a --san a.example,10.0.0.1", "for each node"),
                ("corenode pki issue admin ann", "for each person who administers"),
            ],
        };
        group.Subcommands.Add(PkiInitCommand.Build(session));
        group.Subcommands.Add(PkiIssueCommands.Build(session));
        return group;
    }
}
