using System.CommandLine;
using CoreNode.Api.Client.Units;
using CoreNode.Units.Model;
using CoreNode.Units.Quadlet;

namespace CoreNode.Cli.Units;

/// <summary><c>unit list</c>, <c>list-files</c>, <c>cat</c>, <c>verify</c>.</summary>
internal static class ShowCommands
{
    public static CliCommand List(CliSession session) => Listing(
        session,
        new CliCommand("list", "show where units are, and why not")
        {
            Details = "One line for each copy. REASON says why a unit is not where it should be.",
            Examples =
            [
                ("corenode unit list", "all of them"),
                ("corenode unit list 'web@*'", "those whose names match"),
                ("corenode unit list -o json", "for programs"),
            ],
        },
        ["UNIT", "WANTED", "MACHINE", "ACTIVE", "SUB", "REASON"],
        static unit => unit.Machines.Count == 0
            ?
            [
                [
                    unit.Name, unit.DesiredState, "-", "-", "-",
                    unit.Reason.Length == 0 && unit.Replicas > 0
                        ? $"keeps {UnitPhrases.Replicas(unit)}" : Or(unit.Reason),
                ],
            ]
            : [.. unit.Machines.Select((place, at) => (string[])
                [
                    unit.Name, unit.DesiredState, MachineText.Short(place.Id, place.Ip), Or(place.Active),
                    Or(place.Sub), at == 0 ? Or(unit.Reason) : "-",
                ])]);

    public static CliCommand ListFiles(CliSession session) => Listing(
        session,
        new CliCommand("list-files", "show the units that the cluster knows")
        {
            Examples =
            [
                ("corenode unit list-files", "hash, wanted and present state, what they are"),
                ("corenode unit list-files 'web*'", "those whose names match"),
            ],
        },
        ["UNIT", "HASH", "WANTED", "STATE", "TARGET", "DESCRIPTION"],
        static unit =>
        [
            [
                unit.Name, unit.Hash.Length > 7 ? unit.Hash[..7] : unit.Hash, unit.DesiredState,
                unit.IsGlobal ? "-" : unit.CurrentState, TargetOf(unit), Or(UnitPhrases.Description(unit)),
            ],
        ]);

    public static CliCommand Cat(CliSession session)
    {
        Argument<string> name = UnitArguments.One("a unit of the cluster");
        var command = new CliCommand("cat", "print the text of a unit as the cluster has it")
        {
            Examples =
            [
                ("corenode unit cat web", "without the comments of the file that it came from"),
                ("corenode unit cat web@ > web@.service", "a template, into a file"),
            ],
        };
        command.Arguments.Add(name);
        command.SetAction(async (parsed, _) =>
        {
            using UnitCall call = new(session, parsed);
            string unit = UnitArguments.NameOf(parsed.GetValue(name)!);
            AdminReply<ListedUnit> reply = await call.AskAsync(call.Client.GetAsync(unit, call.Cancellation));
            if (reply is not AdminReply<ListedUnit>.Done done)
                return await UnknownUnit.FailAsync(call, reply, unit);
            await call.Output.WriteAsync(
                call.IsJson ? done.Value.Json + "\n" : UnitFile.Of(done.Value.Options).Text);
            return ExitCode.Done;
        });
        return command;
    }

    public static CliCommand Verify(CliSession session)
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "unit files, named as the units are to be",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new CliCommand("verify", "find mistakes in unit files before they run")
        {
            TakesFiles = true,
            Details = "Asks no node. Errors are what the cluster or systemd would refuse, warnings what they would "
                + "overlook.",
            Examples =
            [
                ("corenode unit verify web.service", "file:line: what is wrong; exit code 1 if anything is"),
                ("corenode unit verify a.service b@.service c.container", "several at once"),
            ],
        };
        command.Arguments.Add(files);
        command.SetAction(parsed =>
        {
            int exitCode = ExitCode.Done;
            List<string> json = [];
            foreach (string file in parsed.GetValue(files)!)
            {
                bool isThere = File.Exists(file) || Directory.Exists(file);
                IReadOnlyList<UnitProblem> problems = isThere
                    ? VerifyFile(file)
                    : [new UnitProblem(0, "there is no such file", IsError: true)];
                if (problems.Any(static problem => problem.IsError) && exitCode == ExitCode.Done)
                    exitCode = isThere ? ExitCode.Failed : ExitCode.NotFound;
                if (session.IsJson(parsed))
                    json.AddRange(problems.Select(problem => ToJson(file, problem)));
                else if (problems.Count > 0)
                    ProblemText.Write(session.Host.Output, file, problems);
                else
                    session.Host.Output.WriteLine($"{file}: no mistake found");
            }

            if (session.IsJson(parsed))
                session.Host.Output.WriteLine($"{{\"problems\":[{string.Join(',', json)}]}}");
            return exitCode;
        });
        return command;
    }

    private static IReadOnlyList<UnitProblem> VerifyFile(string file)
    {
        UnitTextFile.ReadUnit(
            file, ContainerUnit.ServiceOf(Path.GetFileName(file)), out IReadOnlyList<UnitProblem> problems);
        return problems;
    }

    private static string ToJson(string file, UnitProblem problem)
    {
        var text = new System.Text.StringBuilder("{\"file\":");
        EtcdJson.AppendString(text, file);
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"line\":{problem.Line}");
        text.Append(",\"isError\":").Append(problem.IsError ? "true" : "false").Append(",\"message\":");
        EtcdJson.AppendString(text, problem.Message);
        return text.Append('}').ToString();
    }

    private static CliCommand Listing(
        CliSession session, CliCommand command, string[] columns, Func<ListedUnit, string[][]> rows)
    {
        Argument<string?> pattern = new("PATTERN")
        {
            Description = "only units whose names match, such as 'web@*'",
            Arity = ArgumentArity.ZeroOrOne,
        };
        command.Arguments.Add(pattern);
        command.SetAction(async (parsed, _) =>
        {
            string wanted = parsed.GetValue(pattern) ?? "*";
            if (!UnitGlob.IsValid(wanted))
                throw new UsageException($"'{wanted}' is no pattern: a [ or \\ has no end; write 'web@*' in quotes");
            using UnitCall call = new(session, parsed);
            AdminReply<UnitListing> reply = await call.AskAsync(call.Client.ListAsync(wanted, call.Cancellation));
            if (reply is not AdminReply<UnitListing>.Done done)
                return call.Fail(reply, "the list of units");
            if (call.IsJson)
                await call.Output.WriteLineAsync(done.Value.Json);
            else
                TextTable.Write(session, columns, [.. done.Value.Units.SelectMany(rows)]);
            if (done.Value.Units.Count == 0)
                await call.Error.WriteLineAsync(wanted == "*"
                    ? "the cluster has no units yet; `corenode unit start FILE` runs one"
                    : $"no unit's name matches '{wanted}'");
            return ExitCode.Done;
        });
        return command;
    }

    private static string TargetOf(ListedUnit unit) => unit.IsGlobal ? "global"
        : unit.Target.Length == 0 ? "-"
        : MachineText.Short(unit.Target, unit.Machines.FirstOrDefault(place => place.Id == unit.Target)?.Ip ?? "");

    private static string Or(string text) => text.Length == 0 ? "-" : text;
}
