using System.CommandLine;

namespace CoreNode.Cli.Payloads;

/// <summary>The <c>payload</c> group: updates as files.</summary>
internal static class PayloadCommands
{
    /// <summary>Where a machine keeps the keys that it trusts, unless something else is said.</summary>
    public const string TrustFolder = "/etc/corenode/update-keys";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("payload", "updates as files: make, check, look into")
        {
            Details = "Works on files of this machine and asks no node.",
            Examples =
            [
                ("corenode payload create new.img --key release.key --version 1.4.0", "a full update"),
                ("corenode payload verify new.img.payload --key release.pub.pem", "as a machine would"),
                ("corenode payload inspect new.img.payload", "what is in it"),
            ],
        };
        group.Subcommands.Add(PayloadCreateCommand.Build(session));
        group.Subcommands.Add(Verify(session));
        group.Subcommands.Add(Inspect(session));
        return group;
    }

    /// <summary>Runs the work; what goes wrong with files or payloads is told in one line.</summary>
    public static int Run(CliSession session, ParseResult parsed, Func<IPayloadOffice, PayloadReport> work)
    {
        if (session.Host.Payloads is not { } office)
            throw new InvalidOperationException("this process has no payloads");
        try
        {
            PayloadReport report = work(office);
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(PayloadText.ToJson(report));
            else
                PayloadText.Write(session.Host.Output, report);
            return ExitCode.Done;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }

    private static CliCommand Verify(CliSession session)
    {
        Argument<string> file = new("FILE") { Description = "the payload" };
        Option<string> key = new("--key")
        {
            Description = $"public key, or trust folder (default: {TrustFolder})",
            HelpName = "FILE",
            DefaultValueFactory = _ => TrustFolder,
        };
        var command = new CliCommand("verify", "check signatures and data")
        {
            TakesFiles = true,
            Details = "Compares the metadata, each operation's data and the whole with what was signed. What comes out "
                + "is compared when the payload is applied.",
            Examples =
            [
                ("corenode payload verify new.img.payload", "with the keys that this machine trusts"),
                ("corenode payload verify new.img.payload --key release.pub.pem", "with one key"),
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(key);
        command.SetAction(parsed => Run(session, parsed, office => office.Verify(
            Path.GetFullPath(parsed.GetValue(file)!), Path.GetFullPath(parsed.GetValue(key)!))));
        return command;
    }

    private static CliCommand Inspect(CliSession session)
    {
        Argument<string> file = new("FILE") { Description = "the payload" };
        var command = new CliCommand("inspect", "show what a payload says of itself")
        {
            TakesFiles = true,
            Details = "Nothing is checked but that it makes sense: see `corenode payload verify`.",
            Examples =
            [
                ("corenode payload inspect new.img.payload", "for people"),
                ("corenode -o json payload inspect new.img.payload", "for programs"),
            ],
        };
        command.Arguments.Add(file);
        command.SetAction(parsed => Run(
            session, parsed, office => office.Inspect(Path.GetFullPath(parsed.GetValue(file)!))));
        return command;
    }
}
