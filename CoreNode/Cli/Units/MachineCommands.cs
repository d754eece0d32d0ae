using System.Buffers;
using System.CommandLine;
using System.Globalization;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>The <c>machine</c> group.</summary>
internal static class MachineCommands
{
    // As the cluster allows (fleet's PATCH of metadata).
    private static readonly SearchValues<char> s_ofKey =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("machine", "see the machines that run units, and take them out of use")
        {
            Examples =
            [
                ("corenode machine list", "who is there and how full"),
                ("corenode machine drain 1315e07d --reason 'new disk'", "move everything away from one"),
            ],
        };
        group.Subcommands.Add(List(session));
        group.Subcommands.Add(Metadata(session));
        group.Subcommands.Add(Cordon(session));
        group.Subcommands.Add(Uncordon(session));
        group.Subcommands.Add(Drain(session));
        group.Subcommands.Add(SshCommands.OfMachine(session));
        return group;
    }

    private static CliCommand List(CliSession session)
    {
        Option<bool> full = new("--full") { Description = "whole ids and versions" };
        var command = new CliCommand("list", "list the machines that run units")
        {
            Examples =
            [
                ("corenode machine list", "id, address, metadata, units, what is reserved"),
                ("corenode machine list -o json", "for programs"),
            ],
        };
        command.Options.Add(full);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            AdminReply<MachineListing> reply = await call.AskAsync(call.Client.ListMachinesAsync(call.Cancellation));
            if (reply is not AdminReply<MachineListing>.Done done)
                return call.Fail(reply, "the list of machines");
            if (call.IsJson)
            {
                await call.Output.WriteLineAsync(done.Value.Json);
                return ExitCode.Done;
            }

            TextTable.Write(
                session,
                ["MACHINE", "IP", "METADATA", "UNITS", "MEMORY RESERVED", "CPU RESERVED", "STATE", "VERSION"],
                [.. done.Value.Machines.Select(machine => Row(machine, parsed.GetValue(full)))]);
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Metadata(CliSession session)
    {
        Argument<string> name = MachineArgument();
        Argument<string[]> changes = new("CHANGE")
        {
            Description = "key=value sets, key= takes the key away; none shows what there is",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new CliCommand("metadata", "show or change what units can ask for in MachineMetadata=")
        {
            Details = "Changes go before what the machine was started with, also after its restarts.",
            Examples =
            [
                ("corenode machine metadata 1315e07d", "show it"),
                ("corenode machine metadata 1315e07d disk=ssd rack=7", "set two keys"),
            ],
        };
        command.Arguments.Add(name);
        command.Arguments.Add(changes);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (ListedMachine? machine, int exitCode) =
                await MachineChoice.FindMachineAsync(call, parsed.GetValue(name)!);
            if (machine is null)
                return exitCode;
            List<KeyValuePair<string, string?>> wanted = Changes(parsed.GetValue(changes) ?? []);
            if (wanted.Count == 0)
                return Show(call, machine);
            AdminReply<string> reply = await call.AskAsync(
                call.Client.SetMetadataAsync(machine.Id, wanted, call.Cancellation));
            return reply is AdminReply<string>.Done
                ? Say(call, machine, $"has {string.Join(", ", wanted.ConvertAll(Change))} now")
                : call.Fail(reply, MachineText.Short(machine.Id, ""));
        });
        return command;
    }

    private static CliCommand Cordon(CliSession session)
    {
        Argument<string> name = MachineArgument();
        Option<string> reason = Reason();
        var command = new CliCommand("cordon", "place nothing new on a machine; what is there stays")
        {
            Examples =
            [
                ("corenode machine cordon 1315e07d", "undone by machine uncordon"),
                ("corenode machine cordon 1315e07d --reason 'disk is odd'", "`machine list` shows why"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(reason);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (ListedMachine? machine, int exitCode) =
                await MachineChoice.FindMachineAsync(call, parsed.GetValue(name)!);
            if (machine is null)
                return exitCode;
            AdminReply<string> reply = await call.AskAsync(call.Client.CordonAsync(
                machine.Id, parsed.GetValue(reason) ?? "", isDraining: false, call.Cancellation));
            return reply is AdminReply<string>.Done
                ? Say(call, machine, "is cordoned: nothing new is placed there")
                : call.Fail(reply, MachineText.Short(machine.Id, ""));
        });
        return command;
    }

    private static CliCommand Uncordon(CliSession session)
    {
        Argument<string> name = MachineArgument();
        var command = new CliCommand("uncordon", "take a machine back into use")
        {
            Details = "Units do not move back by themselves: a running unit stays where it is.",
            Examples =
            [
                ("corenode machine uncordon 1315e07d", "new units may be placed there again"),
                ("corenode machine uncordon 10.0.0.3", "by its address"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (ListedMachine? machine, int exitCode) =
                await MachineChoice.FindMachineAsync(call, parsed.GetValue(name)!);
            if (machine is null)
                return exitCode;
            AdminReply<string> reply = await call.AskAsync(call.Client.UncordonAsync(machine.Id, call.Cancellation));
            return reply is AdminReply<string>.Done
                ? Say(call, machine, "is in use again")
                : call.Fail(reply, MachineText.Short(machine.Id, ""));
        });
        return command;
    }

    private static CliCommand Drain(CliSession session)
    {
        Argument<string> name = MachineArgument();
        Option<string> reason = Reason();
        Option<bool> noBlock = UnitArguments.NoBlock();
        Option<double> wait = UnitArguments.Wait();
        var command = new CliCommand("drain", "move all units away from a machine")
        {
            Details = "What others there need leaves after them; singletons and replicas move one after the other, a "
                + "replica once it works elsewhere. What can run nowhere else stays and goes on running, and so do "
                + "global units; `unit list` says why. Undone by machine uncordon.",
            Examples =
            [
                ("corenode machine drain 1315e07d --reason 'new disk'", "returns once it is empty"),
                ("corenode machine drain 1315e07d --no-block", "returns at once"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(reason);
        command.Options.Add(noBlock);
        command.Options.Add(wait);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            (ListedMachine? machine, int exitCode) =
                await MachineChoice.FindMachineAsync(call, parsed.GetValue(name)!);
            if (machine is null)
                return exitCode;
            AdminReply<string> reply = await call.AskAsync(call.Client.CordonAsync(
                machine.Id, parsed.GetValue(reason) ?? "", isDraining: true, call.Cancellation));
            if (reply is not AdminReply<string>.Done)
                return call.Fail(reply, MachineText.Short(machine.Id, ""));
            return parsed.GetValue(noBlock)
                ? Say(call, machine, "is drained: its units move to other machines")
                : await new DrainWait(call, machine.Id).RunAsync(parsed.GetValue(wait));
        });
        return command;
    }

    private static int Say(UnitCall call, ListedMachine machine, string text)
    {
        if (call.IsJson)
            MachineText.WriteId(call, machine.Id);
        else
            call.Output.WriteLine($"{MachineText.Short(machine.Id, machine.Ip)} {text}");
        return ExitCode.Done;
    }

    private static int Show(UnitCall call, ListedMachine machine)
    {
        if (call.IsJson)
            call.Output.WriteLine(machine.Json);
        foreach (KeyValuePair<string, string> pair in machine.Metadata)
        {
            if (!call.IsJson)
                call.Output.WriteLine($"{pair.Key}={pair.Value}");
        }

        return ExitCode.Done;
    }

    private static List<KeyValuePair<string, string?>> Changes(string[] words) => words.ToList().ConvertAll(word =>
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && word.AsSpan(0, equals).IndexOfAnyExcept(s_ofKey) < 0
            ? new KeyValuePair<string, string?>(word[..equals], equals == word.Length - 1 ? null : word[(equals + 1)..])
            : throw new UsageException(
                $"'{word}' is no change; write key=value: a key has letters, digits, dots, dashes, underscores");
    });

    private static string Change(KeyValuePair<string, string?> pair) =>
        pair.Value is null ? $"no {pair.Key}" : $"{pair.Key}={pair.Value}";

    private static string[] Row(ListedMachine machine, bool isFull) =>
    [
        isFull || machine.Id.Length <= 8 ? machine.Id : machine.Id[..8],
        Or(machine.Ip),
        Or(string.Join(',', machine.Metadata.ToList().ConvertAll(static pair => $"{pair.Key}={pair.Value}"))),
        machine.Units.ToString(CultureInfo.InvariantCulture),
        machine.MemoryBytes == 0 ? "-" : string.Create(
            CultureInfo.InvariantCulture, $"{machine.MemoryReserved >> 20}/{machine.MemoryBytes >> 20} MiB"),
        machine.CpuMillis == 0 ? "-" : string.Create(
            CultureInfo.InvariantCulture, $"{machine.CpuReserved / 1000.0:0.##}/{machine.CpuMillis / 1000.0:0.##}"),
        machine.Cordon.Length == 0 ? "in use"
            : machine.CordonReason.Length == 0 ? machine.Cordon : $"{machine.Cordon}: {machine.CordonReason}",
        Or(isFull ? machine.Version : ShortVersion(machine.Version)),
    ];

    // 0.1.0+3ac3a36: of a commit, what tells it apart.
    private static string ShortVersion(string version)
    {
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus >= 0 && version.Length > plus + 8 ? version[..(plus + 8)] : version;
    }

    private static Argument<string> MachineArgument() =>
        new("MACHINE") { Description = "its id, the beginning of it, or its address" };

    private static Option<string> Reason() =>
        new("--reason") { Description = "why; `machine list` shows it", HelpName = "TEXT" };

    private static string Or(string text) => text.Length == 0 ? "-" : text;
}
