using System.CommandLine;
using System.Globalization;
using System.Text;
using CoreNode.Api.Client;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Setup;

namespace CoreNode.Cli.Overlay;

/// <summary><c>overlay set</c>: checks a configuration, says what it changes, and stores it.</summary>
internal static class OverlaySetCommand
{
    private const int LongestFile = 64 << 10;

    public static CliCommand Build(CliSession session)
    {
        Argument<string?> file = new("FILE")
        {
            Description = "flannel's JSON, \"-\" for standard input; without it flags change what is stored",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> name = OverlayCommands.Name();
        Option<bool> dryRun = new("--dry-run") { Description = "check it and say what would change" };
        Option<bool> move = new("--move-leases")
        {
            Description = "also if machines lose their subnets, and containers their addresses",
        };
        OverlayFields fields = new();
        var command = new CliCommand("set", "check a configuration and store it for all machines")
        {
            Details = "All machines follow within a second. Nothing is stored that is wrong, overlaps with another "
                + "network, or would take subnets from machines that have one, unless --move-leases says so. flanneld "
                + "reads its configuration when it starts only.",
            Examples =
            [
                ("corenode overlay set --network 10.1.0.0/16", "the first time: VXLAN, a /24 for each machine"),
                ("corenode overlay set --network 10.1.0.0/16 --backend host-gw --subnet-len 25",
                    "routes instead of a tunnel, where all machines are on one link"),
                ("corenode overlay set --ipv6 fd00:1::/48", "IPv6 too, with the rest as it is"),
                ("corenode overlay set --name blue network.json", "another network, from flannel's JSON"),
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(name);
        foreach (Option option in fields.All)
            command.Options.Add(option);
        command.Options.Add(dryRun);
        command.Options.Add(move);
        command.SetAction(async (parsed, _) =>
        {
            string network = OverlayCommands.NameOf(parsed.GetValue(name));
            List<ConfigField> changes = fields.Read(parsed);
            string? text = parsed.GetValue(file) is { } path ? await ReadAsync(session, path) : null;
            if (text is null && changes.Count == 0)
                throw new UsageException("say what is wanted, with --network 10.1.0.0/16 for example, or name a file");
            Check(text, changes);
            using V2Client store = session.OpenClient(parsed);
            NetworkSetup setup = new(store);
            try
            {
                StoredNetwork before = await session.WithNoticeAsync(
                    setup.ReadAsync(network, session.Host.Cancellation), "waiting for the store …");
                text = Changed(text ?? before.Text, changes);
                SetupPlan plan = await setup.PlanAsync(before, text, session.Host.Cancellation);
                return await StoreAsync(
                    session, setup, plan, parsed.GetValue(dryRun), parsed.GetValue(move), session.IsJson(parsed));
            }
            catch (IOException fault)
            {
                return OverlayCommands.FailStore(session, fault);
            }
        });
        return command;
    }

    private static async Task<int> StoreAsync(
        CliSession session, NetworkSetup setup, SetupPlan plan, bool isDryRun, bool movesLeases, bool isJson)
    {
        string which = OverlayText.Of(plan.Before.Name);
        if (plan.Problems.Count > 0)
        {
            foreach (ConfigProblem problem in plan.Problems)
                await session.Host.Error.WriteLineAsync($"overlay set: {problem}");
            return session.Fail(ExitCode.Failed, $"the configuration of {which} stays as it is");
        }

        foreach (string effect in plan.Effects)
            await (isJson ? session.Host.Error : session.Host.Output).WriteLineAsync(effect);
        if (plan.IsMoving && !movesLeases && !isDryRun)
        {
            return session.Fail(
                ExitCode.Failed, $"the configuration of {which} stays as it is", "say --move-leases to accept that");
        }

        if (!isDryRun && !plan.IsSame && !await setup.StoreAsync(plan, session.Host.Cancellation))
        {
            return session.Fail(
                ExitCode.Failed, $"somebody else changed the configuration of {which} meanwhile: nothing is stored",
                "look at it with `corenode overlay leases`, and do it again");
        }

        string told = isDryRun ? $"the configuration of {which} would be {plan.Text}"
            : plan.IsSame ? $"the configuration of {which} is that already: {plan.Text}"
            : $"the configuration of {which} is {plan.Text}";
        await session.Host.Output.WriteLineAsync(isJson ? plan.Text : told);
        return ExitCode.Done;
    }

    // What is wrong by itself needs no store to say so. Of flags without a file the rest may be stored.
    private static void Check(string? text, List<ConfigField> changes)
    {
        List<string> problems = [];
        foreach (ConfigProblem problem in ConfigJson.Read(Changed(text, [.. changes])).Problems)
        {
            if (text is not null || IsWrongAlone(problem.Field, changes))
                problems.Add(problem.ToString());
        }

        if (problems.Count > 0)
            throw new UsageException(string.Join("; ", problems));
    }

    // Where a range begins depends on the length of subnets.
    private static bool IsWrongAlone(string field, List<ConfigField> changes) =>
        field is not ("SubnetMin" or "SubnetMax") && changes.Exists(one => one.Name == field);

    // flannel 0.5.5 takes udp where no backend is named, so one is always named.
    private static string Changed(string? text, List<ConfigField> changes)
    {
        if (changes.Count == 0)
            return text!.Trim();
        if (text is null && !changes.Exists(static one => one.Name == "Backend.Type"))
            changes.Add(new ConfigField("Backend.Type", "\"vxlan\""));
        return ConfigJson.Change(text ?? "{}", changes)
            ?? throw new UsageException(
                "what is there is no JSON object, so no field of it can be changed: give the whole configuration");
    }

    private static async Task<string> ReadAsync(CliSession session, string path)
    {
        try
        {
            using MemoryStream content = new();
            using FileStream? file = path == "-" ? null : File.OpenRead(path);
            if (file is { Length: > LongestFile })
                throw new UsageException($"{path} has more than {LongestFile} bytes: that is no configuration");
            await (file ?? session.Host.Input).CopyToAsync(content, session.Host.Cancellation);
            return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{path}: {fault.Message}"));
        }
    }
}
