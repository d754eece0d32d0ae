using System.CommandLine;
using System.CommandLine.Help;
using CoreNode.Cli.Auth;
using CoreNode.Cli.Boot;
using CoreNode.Cli.Completion;
using CoreNode.Cli.Config;
using CoreNode.Cli.Discovery;
using CoreNode.Cli.Doctor;
using CoreNode.Cli.Images;
using CoreNode.Cli.Keys;
using CoreNode.Cli.Locks;
using CoreNode.Cli.Members;
using CoreNode.Cli.Overlay;
using CoreNode.Cli.Payloads;
using CoreNode.Cli.Pki;
using CoreNode.Cli.Reboots;
using CoreNode.Cli.Slots;
using CoreNode.Cli.Units;
using CoreNode.Cli.Updates;
using CoreNode.Cli.UpdateServer;

namespace CoreNode.Cli;

/// <summary>
/// All commands. Only the group that is called is built: a start is short, and help, errors and completion, which want
/// the whole tree, ask for it.
/// </summary>
internal static class CommandTree
{
    private static readonly (string Name, Func<CliSession, CliCommand> Build)[] s_groups =
    [
        ("node", NodeCommand),
        ("kv", KeyCommands.Build),
        ("unit", UnitCommands.Build),
        ("machine", MachineCommands.Build),
        ("lock", LockCommands.Build),
        ("member", MemberCommands.Build),
        ("cluster", ClusterCommands.Build),
        ("pki", PkiCommands.Build),
        ("update", UpdateCommands.Build),
        ("reboot", RebootCommands.Build),
        ("overlay", OverlayCommands.Build),
        ("config", ConfigCommands.Build),
        ("slot", SlotCommands.Build),
        ("boot", BootCommands.Build),
        ("install", InstallCommand.Build),
        ("factory-reset", ResetCommand.Build),
        ("image", ImageCommands.Build),
        ("payload", PayloadCommands.Build),
        ("key", SigningKeyCommands.Build),
        ("update-server", UpdateServerCommands.Build),
        ("discovery", DiscoveryCommands.Build),
        ("doctor", DoctorCommand.Build),
        ("auth", AuthCommands.Build),
        ("user", UserCommands.Build),
        ("role", RoleCommands.Build),
        ("version", VersionCommand.Build),
        ("completion", CompletionCommand.Build),
        ("etcdctl", EtcdctlCommand),
        ("fleetctl", FleetctlCommand),
        ("locksmithctl", LocksmithctlCommand),
        ("update_engine_client", UpdateEngineCommand),
    ];

    /// <summary>Builds the tree for these arguments.</summary>
    public static CliCommand Build(CliSession session, IReadOnlyList<string> args)
    {
        string? called = FirstWord(session, args);
        return s_groups.Any(group => group.Name == called) ? Build(session, called) : BuildAll(session);
    }

    /// <summary>Builds every command.</summary>
    public static CliCommand BuildAll(CliSession session) => Build(session, (string?)null);

    private static CliCommand Build(CliSession session, string? only)
    {
        var root = new CliCommand("corenode", "a self-updating, clustered node in one executable")
        {
            Details = "Commands ask the node at --endpoints. Results go to standard output, problems to standard "
                + "error. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no node reachable, 4 not found.",
            Examples =
            [
                ("corenode node --dev", "try it: a throw-away node that serves within seconds"),
                ("corenode kv set /app/motd hello", "write a key"),
                ("corenode unit start web.service", "run a systemd unit on the machine that suits best"),
                ("corenode cluster health", "see whether all is well"),
            ],
        };
        foreach (Option option in session.Options.All)
            root.Options.Add(option);
        root.Options.Add(new HelpOption { Action = new HelpPage(session.Host.Output) });
        foreach ((string name, Func<CliSession, CliCommand> build) in s_groups)
        {
            if (only is null || only == name)
                root.Subcommands.Add(build(session));
        }

        return root;
    }

    // `node` and the older tools parse their own flags; they are here for help, completion and suggestions.
    private static CliCommand NodeCommand(CliSession session) => Forwarding(session, new CliCommand(
        "node", "run the supervisor of this machine")
    {
        Details = "Its own options are shown by `corenode node --help`.",
        Examples =
        [
            ("corenode node --dev", "a throw-away node on free ports of this machine"),
            ("corenode node --data-dir /var/lib/corenode", "a node that keeps its data"),
        ],
    });

    private static CliCommand EtcdctlCommand(CliSession session) => Forwarding(session, new CliCommand(
        "etcdctl", "speak etcdctl's v2 commands and flags, for scripts that use it")
    {
        Details = "The same happens if the binary is called etcdctl, by a link for example.",
        Examples =
        [
            ("corenode etcdctl set /app/motd hello", "as etcdctl would"),
            ("ln -s /usr/bin/corenode /usr/local/bin/etcdctl", "for scripts that call etcdctl"),
        ],
    });

    private static CliCommand FleetctlCommand(CliSession session) => Forwarding(session, new CliCommand(
        "fleetctl", "speak fleetctl's commands and flags, for scripts that use it")
    {
        Details = "The same happens if the binary is called fleetctl, by a link for example.",
        Examples =
        [
            ("corenode fleetctl list-units", "as fleetctl would"),
            ("ln -s /usr/bin/corenode /usr/local/bin/fleetctl", "for scripts that call fleetctl"),
        ],
    });

    private static CliCommand LocksmithctlCommand(CliSession session) => Forwarding(session, new CliCommand(
        "locksmithctl", "speak locksmithctl's commands and flags, for scripts that use it")
    {
        Details = "The same happens if the binary is called locksmithctl, by a link for example.",
        Examples =
        [
            ("corenode locksmithctl status", "as locksmithctl would"),
            ("ln -s /usr/bin/corenode /usr/local/bin/locksmithctl", "for scripts that call locksmithctl"),
        ],
    });

    private static CliCommand UpdateEngineCommand(CliSession session) => Forwarding(session, new CliCommand(
        "update_engine_client", "speak update_engine_client's flags, for scripts that use it")
    {
        Details = "The same happens if the binary is called update_engine_client, by a link for example.",
        Examples =
        [
            ("corenode update_engine_client -status", "as update_engine_client would"),
            ("ln -s /usr/bin/corenode /usr/local/bin/update_engine_client", "for scripts that call it"),
        ],
    });

    private static CliCommand Forwarding(CliSession session, CliCommand command)
    {
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(_ => session.Fail(
            ExitCode.Usage,
            $"`{command.Name}` has options of its own, so it comes first: corenode {command.Name} …"));
        return command;
    }

    private static string? FirstWord(CliSession session, IReadOnlyList<string> args)
    {
        for (int at = 0; at < args.Count; at++)
        {
            if (!args[at].StartsWith('-'))
                return args[at];
            bool takesValue = session.Options.All.Any(option =>
                option.Name == args[at] || option.Aliases.Contains(args[at]));
            if (takesValue)
                at++;
        }

        return null;
    }
}
