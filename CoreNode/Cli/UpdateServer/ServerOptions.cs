using System.CommandLine;

namespace CoreNode.Cli.UpdateServer;

/// <summary>Options that the commands of the update server share.</summary>
internal sealed class ServerOptions
{
    /// <summary>Which application.</summary>
    public Option<string?> App { get; } = new("--app")
    {
        Description = "application by name or id; default: $CORENODE_UPDATE_SERVER_APP, else the only one",
        HelpName = "APP",
    };

    /// <summary>Which kind of machine.</summary>
    public Option<string?> Board { get; } = new("--board")
    {
        Description = "kind of machine, where there are several, such as amd64-usr",
        HelpName = "BOARD",
    };

    /// <summary>Where the secret is.</summary>
    public Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "file with the secret of a token; default: $CORENODE_UPDATE_SERVER_TOKEN. On the server's own "
            + "unix socket root and the group corenode need none",
        HelpName = "FILE",
    };
}
