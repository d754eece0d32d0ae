using CoreNode.Api.Client;

namespace CoreNode.Cli.Auth;

/// <summary>The <c>auth</c> group: the switch.</summary>
internal static class AuthCommands
{
    public const string Summary = "turn users and roles on and off";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("auth", Summary)
        {
            Details = "While it is off, everybody who reaches a node may do everything. It needs the user root; the "
                + "role guest is what requests without a user may do, at first everything.",
            Examples =
            [
                ("corenode user add root", "first: who may change everything"),
                ("corenode auth enable", "then: from now on rights count"),
                ("corenode --user root role revoke guest --path '/*' --readwrite", "and strangers may do nothing"),
            ],
        };
        group.Subcommands.Add(Switch(session, "enable", "from now on rights count", isEnabled: true));
        group.Subcommands.Add(Switch(session, "disable", "everybody may do everything again", isEnabled: false));
        group.Subcommands.Add(Status(session));
        return group;
    }

    private static CliCommand Switch(CliSession session, string name, string summary, bool isEnabled)
    {
        var command = new CliCommand(name, summary)
        {
            Details = isEnabled
                ? "Needs the user root. Makes the role guest, open for all keys, if there is none."
                : "Users and roles stay for the next time.",
            Examples = isEnabled
                ? [("corenode auth enable", "once root is there"), ("corenode user add root", "makes it")]
                :
                [
                    ("corenode --user root auth disable", "asks for root's password"),
                    ("corenode auth disable", "as root on a member's machine"),
                ],
        };
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ChangeAsync(
            AuthRequest.Switch(isEnabled), "auth", name,
            isEnabled ? "Authentication Enabled" : "Authentication Disabled"));
        return command;
    }

    private static CliCommand Status(CliSession session)
    {
        var command = new CliCommand("status", "say whether rights count")
        {
            Examples =
            [
                ("corenode auth status", "in a word"),
                ("corenode auth status -o json", "for programs"),
            ],
        };
        command.SetAction((parsed, _) => new AuthCall(session, parsed).ShowAsync(
            AuthRequest.IsEnabled,
            done => session.Host.Output.WriteLine(done.IsEnabled ? "enabled" : "disabled")));
        return command;
    }
}
