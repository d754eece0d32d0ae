using System.CommandLine;
using CoreNode.Provision.Model;

namespace CoreNode.Cli.Config;

/// <summary><c>config validate|render|apply</c>.</summary>
internal static class ConfigCommands
{
    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("config", "check a machine's configuration, and make the machine so")
        {
            Details = "A configuration is what clouds call user data: #cloud-config in YAML, Ignition in JSON (3.0 to "
                + "3.5), a script that begins with #!, several of them as MIME parts, each also compressed by gzip.",
            Examples =
            [
                ("corenode config validate cloud-config.yaml", "all that is wrong with it, by line and column"),
                ("corenode config render cloud-config.yaml", "what it would change here"),
                ("corenode config apply cloud-config.yaml", "change that"),
            ],
        };
        group.Subcommands.Add(Validate(session));
        group.Subcommands.Add(Render(session));
        group.Subcommands.Add(Apply(session));
        return group;
    }

    private static CliCommand Validate(CliSession session)
    {
        Option<bool> strict = new("--strict") { Description = "warnings count as errors" };
        var command = new CliCommand("validate", "say what is wrong with a configuration, and what to write instead")
        {
            Details = "Looks at no machine, changes nothing and fetches nothing. Exit code 1 if there is an error.",
            TakesFiles = true,
            Examples =
            [
                ("corenode config validate cloud-config.yaml", "a table: place, severity, key, reason, suggestion"),
                ("corenode config validate --strict -o json cloud-config.yaml", "for a build that must be spotless"),
                ("cat user-data | corenode config validate -", "from standard input"),
            ],
        };
        Argument<string?> file = ConfigInput.File(isNeeded: true);
        command.Arguments.Add(file);
        command.Options.Add(strict);
        command.SetAction((parsed, _) => ConfigInput.RunAsync(session, async office =>
        {
            ConfigRequest request = await ConfigInput.ReadAsync(session, parsed, file, null);
            ConfigReport report = await office.ValidateAsync(request, session.Host.Cancellation);
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(ConfigText.ToJson(report, "", []));
            else
                ConfigText.Show(session, session.Host.Output, report, isSummed: true);
            int wrong = report.Count(Severity.Error)
                + (parsed.GetValue(strict) ? report.Count(Severity.Warning) : 0);
            return wrong > 0 ? ExitCode.Failed : ExitCode.Done;
        }));
        return command;
    }

    private static CliCommand Render(CliSession session)
    {
        Option<string> root = ConfigInput.Root();
        var command = new CliCommand("render", "show what a configuration would change, as a diff; changes nothing")
        {
            Details = "Reads what the machine has at the places that the configuration is about, its accounts too, so "
                + "it wants root's rights. Passwords and contents that are secret are not shown.",
            TakesFiles = true,
            Examples =
            [
                ("corenode config render cloud-config.yaml", "against this machine"),
                ("corenode config render --root /mnt/image ignition.json", "against an image that is mounted"),
                ("corenode config render -o json cloud-config.yaml", "for programs"),
            ],
        };
        Argument<string?> file = ConfigInput.File(isNeeded: true);
        command.Arguments.Add(file);
        command.Options.Add(root);
        command.SetAction((parsed, _) => ConfigInput.RunAsync(session, async office =>
        {
            ConfigRequest request = await ConfigInput.ReadAsync(session, parsed, file, root);
            ConfigReport report = await session.WithNoticeAsync(
                office.RenderAsync(request, session.Host.Cancellation), "waiting for what it names …");
            bool isRefused = report.Count(Severity.Error) > 0;
            if (session.IsJson(parsed))
            {
                session.Host.Output.WriteLine(ConfigText.ToJson(report, isRefused ? "" : report.Plan, []));
                return isRefused ? ExitCode.Failed : ExitCode.Done;
            }

            ConfigText.Show(session, session.Host.Error, report, isSummed: false);
            if (isRefused)
                return session.Fail(ExitCode.Failed, "nothing of it can be applied before that is mended");
            session.Host.Output.Write(report.Changes == 0 ? "nothing to do\n" : report.Plan);
            return ExitCode.Done;
        }));
        return command;
    }

    private static CliCommand Apply(CliSession session)
    {
        Option<string> root = ConfigInput.Root();
        Option<string[]> from = ConfigInput.From();
        Option<bool> boot = new("--boot")
        {
            Description = "the machine is starting: give it an id, let units be started without waiting for them, and "
                + "use what was read last where no source answers",
        };
        var command = new CliCommand("apply", "make the machine what a configuration says")
        {
            Details = "Everything is checked first: with an error in it nothing is changed. Each change is whole or "
                + "not there, and one that is there already is not made again, so a run that was interrupted is "
                + "finished by the next one. Without FILE the machine's sources are asked, all at once; --timeout says "
                + "how long, 5 minutes by default.",
            TakesFiles = true,
            Examples =
            [
                ("corenode config apply cloud-config.yaml", "this machine; run it again, and there is nothing to do"),
                ("corenode config apply --root /mnt/image cloud-config.yaml", "an image that is mounted"),
                ("corenode config apply https://10.0.0.5/user-data", "fetched from a server"),
                ("corenode config apply --from ec2 --from config-drive --timeout 60", "from one of these"),
            ],
        };
        Argument<string?> file = ConfigInput.File(isNeeded: false);
        command.Arguments.Add(file);
        foreach (Option option in new Option[] { root, from, boot })
            command.Options.Add(option);
        command.SetAction((parsed, _) => ConfigInput.RunAsync(session, async office =>
        {
            ConfigRequest request = await ConfigInput.ReadAsync(session, parsed, file, root);
            string[] sources = parsed.GetValue(from) ?? [];
            if (request.Where is not null && sources.Length > 0)
                throw new UsageException("FILE and --from: say one of them, which configuration it is");
            request = request with { From = sources, IsBoot = parsed.GetValue(boot) };
            return await ApplyAsync(session, office, request);
        }));
        return command;
    }

    private static async Task<int> ApplyAsync(CliSession session, IConfigOffice office, ConfigRequest request)
    {
        List<ConfigStep> steps = [];
        ConfigReport report = await office.ApplyAsync(request, Tell, session.Host.Cancellation);
        bool isRefused = report.Count(Severity.Error) > 0;
        int failures = steps.FindAll(static step => step.Failure.Length > 0).Count;
        if (request.WantsJson)
        {
            session.Host.Output.WriteLine(ConfigText.ToJson(report, "", steps));
            return isRefused || failures > 0 ? ExitCode.Failed : ExitCode.Done;
        }

        ConfigText.Show(session, session.Host.Error, report, isSummed: false);
        if (isRefused)
            return session.Fail(ExitCode.Failed, "nothing was changed");
        if (failures > 0)
        {
            return session.Fail(
                ExitCode.Failed,
                $"{ConfigText.Number(failures, "change")} could not be made; what is done stays done, and another run "
                    + "makes the rest");
        }

        session.Host.Output.WriteLine(
            report.Sources.Count == 0 ? "nothing to do: no source has a configuration for this machine"
            : steps.Count == 0 ? "nothing to do"
            : $"{ConfigText.Number(steps.Count, "change")} made");
        return ExitCode.Done;

        void Tell(ConfigStep step)
        {
            steps.Add(step);
            if (request.WantsJson)
                return;
            if (step.Failure.Length > 0)
                session.Host.Error.WriteLine($"{step.What}: {step.Failure}");
            else
                session.Host.Output.WriteLine(step.What);
            session.Host.Output.Flush();
        }
    }
}
