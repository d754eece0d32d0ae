using System.CommandLine;
using System.Globalization;
using CoreNode.Api.Client.Units;
using CoreNode.Units.Model;

namespace CoreNode.Cli.Units;

/// <summary><c>unit status</c> and <c>unit journal</c>: what a unit's machine knows, asked from any node.</summary>
internal static class RemoteCommands
{
    public static CliCommand Status(CliSession session)
    {
        Argument<string> name = UnitArguments.One("a unit of the cluster");
        Option<string> machine = UnitArguments.Machine();
        var command = new CliCommand("status", "show how a unit is doing, and what it wrote last")
        {
            Details = "The node that is asked fetches it from each machine that has the unit.",
            Examples =
            [
                ("corenode unit status web@1", "where it is, since when, why not, and its last lines"),
                ("corenode unit status logger --machine 1315e07d", "one copy of a global unit"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(machine);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            string unit = UnitArguments.NameOf(parsed.GetValue(name)!);
            AdminReply<ListedUnit> known = await call.AskAsync(call.Client.GetAsync(unit, call.Cancellation));
            if (known is not AdminReply<ListedUnit>.Done found)
                return await UnknownUnit.FailAsync(call, known, unit);
            (string? id, int exitCode) = await MachineChoice.FindAsync(call, parsed.GetValue(machine));
            if (id is null)
                return exitCode;
            AdminReply<UnitStatuses> reply = await call.AskAsync(call.Client.StatusAsync(unit, id, call.Cancellation));
            if (reply is not AdminReply<UnitStatuses>.Done done)
                return call.Fail(reply, unit);
            if (call.IsJson)
                await call.Output.WriteLineAsync(done.Value.Json);
            else
                Write(call.Output, found.Value, done.Value);
            return ExitCode.Done;
        });
        return command;
    }

    public static CliCommand Journal(CliSession session)
    {
        Argument<string> name = UnitArguments.One("a unit of the cluster");
        Option<string> machine = UnitArguments.Machine();
        Option<int> lines = UnitArguments.Lines();
        Option<bool> follow = new("--follow", "-f") { Description = "go on with what is written until Ctrl-C" };
        var command = new CliCommand("journal", "print what a unit wrote, from whichever machine it is on")
        {
            Examples =
            [
                ("corenode unit journal -f web@1", "the last ten lines, and on"),
                ("corenode unit journal -n 100 logger", "of a global unit: all machines, merged as they come"),
                ("corenode unit journal web -o json", "one JSON object a line"),
            ],
        };
        command.Arguments.Add(name);
        command.Options.Add(lines);
        command.Options.Add(follow);
        command.Options.Add(machine);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            using Interrupt interrupt = new(call.Cancellation);
            string unit = UnitArguments.NameOf(parsed.GetValue(name)!);
            (string? id, int exitCode) = await MachineChoice.FindAsync(call, parsed.GetValue(machine));
            if (id is null)
                return exitCode;
            AdminReply<JournalStream> reply = await call.Client.JournalAsync(
                unit, id, parsed.GetValue(lines), parsed.GetValue(follow), interrupt.Token);
            if (reply is not AdminReply<JournalStream>.Done done)
                return await UnknownUnit.FailAsync(call, reply, unit);
            using JournalStream journal = done.Value;
            return await PrintAsync(call, journal, interrupt.Token);
        });
        return command;
    }

    private static async Task<int> PrintAsync(UnitCall call, JournalStream journal, CancellationToken cancellation)
    {
        int exitCode = ExitCode.Done;
        try
        {
            while (await journal.ReadAsync(cancellation) is { } line)
            {
                bool isError = line.Error.Length > 0;
                if (isError)
                    exitCode = ExitCode.Failed;
                if (call.IsJson)
                    await call.Output.WriteLineAsync(line.Json);
                else if (isError)
                    await call.Error.WriteLineAsync(JournalText.Line(line));
                else
                    await call.Output.WriteLineAsync(JournalText.Line(line));
                await call.Output.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The user ended it.
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            return call.Session.Fail(ExitCode.Failed, $"the node ended the journal: {fault.Message}");
        }

        return exitCode;
    }

    private static void Write(TextWriter output, ListedUnit unit, UnitStatuses statuses)
    {
        string description = unit.Description.Length > 0 ? $" - {UnitPhrases.Description(unit)}" : "";
        output.WriteLine($"{unit.Name}{description}");
        output.WriteLine($"   wanted: {unit.DesiredState}, is: {unit.CurrentState}");
        if (unit.Reason.Length > 0)
            output.WriteLine($"   reason: {unit.Reason}");
        if (unit.Replicas > 0 && statuses.Machines.Count == 0)
            output.WriteLine($"   keeps {UnitPhrases.Replicas(unit)}; `corenode unit list` shows them");
        else if (statuses.Machines.Count == 0)
            output.WriteLine("   on no machine");
        foreach (UnitStatus status in statuses.Machines)
            Write(output, status);
    }

    private static void Write(TextWriter output, UnitStatus status)
    {
        output.WriteLine($"   machine: {MachineText.Short(status.Id, status.Ip)}");
        if (status.Error.Length > 0)
        {
            output.WriteLine($"      it cannot be asked: {status.Error}");
            return;
        }

        string since = status.Since.Length > 0 ? $" since {JournalText.Time(status.Since)}" : "";
        output.WriteLine($"      {status.Load}, {status.Active} ({status.Sub}){since}");
        List<string> facts = [];
        if (status.Result.Length > 0 && status.Result != "success")
            facts.Add(UnitFailure.Describe(status.Result, status.ExitStatus));
        else if (status.ExitStatus != 0)
            facts.Add(Number("exit status", status.ExitStatus));
        if (status.MainPid != 0)
            facts.Add(Number("main process", status.MainPid));
        if (status.Restarts != 0)
            facts.Add(Number("restarts", status.Restarts));
        if (status.MemoryBytes > 0)
            facts.Add(string.Create(CultureInfo.InvariantCulture, $"memory {status.MemoryBytes / 1e6:0.0} MB"));
        if (status.CpuSeconds > 0)
            facts.Add(string.Create(CultureInfo.InvariantCulture, $"processor {status.CpuSeconds:0.00} s"));
        if (facts.Count > 0)
            output.WriteLine($"      {string.Join(", ", facts)}");
        foreach (JournalLine line in status.Lines)
            output.WriteLine($"      {JournalText.Line(line)}");
    }

    private static string Number(string what, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{what} {number}");
}
