using System.CommandLine;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary><c>unit ssh</c> and <c>machine ssh</c>: a terminal there, by the system's ssh.</summary>
internal static class SshCommands
{
    private const string ExitCodeRule =
        "It is the system's ssh with your own keys and configuration. Once it runs, the exit code is ssh's: that of "
        + "the command there, or 255 if the machine cannot be reached.";

    public static CliCommand OfUnit(CliSession session)
    {
        Argument<string> name = UnitArguments.One("a unit that is on a machine");
        Option<string> machine = UnitArguments.Machine();
        Parts parts = new();
        var command = new CliCommand("ssh", "open a terminal on the machine of a unit")
        {
            Details = ExitCodeRule,
            Examples =
            [
                ("corenode unit ssh web@1", "a shell there"),
                ("corenode unit ssh web@1 -- journalctl -u web@1.service", "one command there"),
            ],
        };
        command.Arguments.Add(name);
        parts.AddTo(command);
        command.Options.Add(machine);
        command.SetAction(async (parsed, _) =>
        {
            UnitPlace place;
            using (UnitCall call = new(session, parsed))
            {
                string unit = UnitArguments.NameOf(parsed.GetValue(name)!);
                (string? id, int exitCode) = await MachineChoice.FindAsync(call, parsed.GetValue(machine));
                if (id is null)
                    return exitCode;
                AdminReply<ListedUnit> reply = await call.AskAsync(call.Client.GetAsync(unit, call.Cancellation));
                if (reply is not AdminReply<ListedUnit>.Done done)
                    return await UnknownUnit.FailAsync(call, reply, unit);
                UnitPlace[] places =
                    [.. done.Value.Machines.Where(one => id.Length == 0 || one.Id == id)];
                if (places.Length == 0)
                    return session.Fail(ExitCode.NotFound, $"{unit} is on no machine: {Or(done.Value.Reason)}");
                if (places.Length > 1)
                    return session.Fail(
                        ExitCode.Usage,
                        $"{unit} is on {places.Length} machines: name one with --machine "
                        + MachineText.Short(places[0].Id, ""));
                place = places[0];
            }

            return await parts.RunAsync(session, parsed, place.Id, place.Ip);
        });
        return command;
    }

    public static CliCommand OfMachine(CliSession session)
    {
        Argument<string> name = new("MACHINE") { Description = "its id, the beginning of it, or its address" };
        Parts parts = new();
        var command = new CliCommand("ssh", "open a terminal on a machine")
        {
            Details = ExitCodeRule,
            Examples =
            [
                ("corenode machine ssh 1315e07d", "a shell there"),
                ("corenode machine ssh 1315e07d -- uptime", "one command there"),
            ],
        };
        command.Arguments.Add(name);
        parts.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            ListedMachine? machine;
            using (UnitCall call = new(session, parsed))
            {
                (machine, int exitCode) = await MachineChoice.FindMachineAsync(call, parsed.GetValue(name)!);
                if (machine is null)
                    return exitCode;
            }

            return await parts.RunAsync(session, parsed, machine.Id, machine.Ip);
        });
        return command;
    }

    private static string Or(string reason) => reason.Length > 0 ? reason : "it is not wanted on one";

    /// <summary>What both have in common.</summary>
    private sealed class Parts
    {
        private readonly Argument<string[]> _words = new("COMMAND")
        {
            Description = "to be run there in place of a shell; goes after --",
            Arity = ArgumentArity.ZeroOrMore,
        };

        private readonly Option<string> _login = new("--login", "-l")
        {
            Description = "user there; default: ssh's own",
            HelpName = "USER",
        };

        private readonly Option<bool> _agent = new("--forward-agent", "-A") { Description = "lend it your ssh agent" };

        private readonly Option<int> _port = new("--ssh-port") { Description = "default: ssh's", HelpName = "PORT" };

        public void AddTo(CliCommand command)
        {
            command.Arguments.Add(_words);
            command.Options.Add(_login);
            command.Options.Add(_agent);
            command.Options.Add(_port);
        }

        public Task<int> RunAsync(CliSession session, ParseResult parsed, string id, string ip)
        {
            if (ip.Length == 0)
                return Task.FromResult(session.Fail(
                    ExitCode.Failed,
                    $"machine {MachineText.Short(id, "")} has told no address; start its node with --public-ip"));
            List<string> arguments = [];
            if (parsed.GetValue(_agent))
                arguments.Add("-A");
            if (parsed.GetValue(_login) is { Length: > 0 } login)
                arguments.AddRange(["-l", login]);
            if (parsed.GetValue(_port) is > 0 and var port)
                arguments.AddRange(["-p", port.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            if (parsed.GetValue(session.Options.Tunnel) is { Length: > 0 } tunnel)
                arguments.AddRange(["-J", SshTarget.Parse("--tunnel", tunnel).Jump]);
            arguments.AddRange(["--", ip]);
            arguments.AddRange(parsed.GetValue(_words) ?? []);
            return SshProgram.RunAsync(session, arguments);
        }
    }
}
