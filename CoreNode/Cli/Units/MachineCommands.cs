using System.CommandLine;
using System.Globalization;
using CoreNode.Api.Client.Units;

namespace CoreNode.Cli.Units;

/// <summary>The <c>machine</c> group.</summary>
internal static class MachineCommands
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

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
        Option<bool> full = new("--full") { Description = "whole ids" };
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
            return reply is AdminReply<string>.Done ? ExitCode.Done : call.Fail(reply, machine.Id);
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
            return reply is AdminReply<string>.Done ? ExitCode.Done : call.Fail(reply, machine.Id);
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
            return reply is AdminReply<string>.Done ? ExitCode.Done : call.Fail(reply, machine.Id);
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
            Details = "Units that can run nowhere else are stopped and wait. Undone by machine uncordon.",
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
                return call.Fail(reply, machine.Id);
            return parsed.GetValue(noBlock)
                ? ExitCode.Done
                : await WaitUntilEmptyAsync(call, machine.Id, parsed.GetValue(wait));
        });
        return command;
    }

    private static async Task<int> WaitUntilEmptyAsync(UnitCall call, string id, double seconds)
    {
        long start = call.Session.Host.Time.GetTimestamp();
        int told = -1;
        while (true)
        {
            AdminReply<MachineListing> reply = await call.Client.ListMachinesAsync(call.Cancellation);
            if (reply is not AdminReply<MachineListing>.Done done)
                return call.Fail(reply, "waiting for " + MachineText.Short(id, ""));
            ListedMachine? machine = done.Value.Machines.FirstOrDefault(one => one.Id == id);
            if (machine is null || machine.Units == 0)
                break;
            if (machine.Units != told)
                await call.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"waiting: {machine.Units} units are still on {MachineText.Short(id, machine.Ip)}"));
            told = machine.Units;
            if (seconds > 0 && call.Session.Host.Time.GetElapsedTime(start).TotalSeconds >= seconds)
                return call.Session.Fail(ExitCode.Failed, "gave up waiting; the machine goes on being drained");
            await Task.Delay(s_pause, call.Session.Host.Time, call.Cancellation);
        }

        if (!call.IsJson)
            await call.Output.WriteLineAsync($"{MachineText.Short(id, "")} is empty");
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
        return equals > 0
            ? new KeyValuePair<string, string?>(word[..equals], equals == word.Length - 1 ? null : word[(equals + 1)..])
            : throw new UsageException($"'{word}' is no change; write key=value");
    });

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
        Or(machine.Version),
    ];

    private static Argument<string> MachineArgument() =>
        new("MACHINE") { Description = "its id, the beginning of it, or its address" };

    private static Option<string> Reason() =>
        new("--reason") { Description = "why; `machine list` shows it", HelpName = "TEXT" };

    private static string Or(string text) => text.Length == 0 ? "-" : text;
}
