using System.CommandLine;

namespace CoreNode.Cli.Pki;

/// <summary><c>pki issue member|client|admin NAME</c>.</summary>
internal static class PkiIssueCommands
{
    // A node is asked on its own machine, too.
    private static readonly string[] s_ownMachine = ["localhost", "127.0.0.1", "::1"];

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("issue", "make a certificate, or its successor")
        {
            Examples =
            [
                ("corenode pki issue member a --san a.example,10.0.0.1", "for a node, as server and as client"),
                ("corenode pki issue member a --renew", "again, with the names that it has"),
                ("corenode pki issue client app", "for a program that uses the store"),
                ("corenode pki issue admin ann", "for a person who administers"),
            ],
        };
        group.Subcommands.Add(Member(session));
        group.Subcommands.Add(Make(
            session, "client", "for a program or person that uses the store", "app",
            "Its name is the user that it stands for. It may not administer.", "2 years"));
        group.Subcommands.Add(Make(
            session, "admin", "for a person who may administer machines", "ann",
            "Who has it can do everything on every machine.", "1 year"));
        return group;
    }

    private static CliCommand Member(CliSession session) => Make(
        session, "member", "for a node, as server and as client", "a",
        "--san names all under which others reach the node, as they stand in its URLs; localhost, 127.0.0.1 and ::1 "
            + "come with them. The files serve both kinds of listeners.",
        "2 years");

    private static CliCommand Make(
        CliSession session, string kind, string purpose, string sample, string details, string usual)
    {
        bool isMember = kind == "member";
        Argument<string> name = new("NAME") { Description = "common name, and name of its files" };
        string whose = isMember ? "of the node" : "if it has any";
        Option<string[]> sans = new("--san")
        {
            Description = $"host names and addresses {whose}",
            HelpName = "HOST,…",
            AllowMultipleArgumentsPerToken = false,
        };
        Option<ulong> days = NumberOption.Days($"how long it is valid (default: {usual}; --renew: as before)");
        Option<bool> renew = new("--renew") { Description = "replace the present one: the same names, a new key" };
        Option<bool> force = PkiOptions.Force("replace whatever is there");
        Option<string> folder = PkiOptions.Folder();
        string names = isMember ? $" --san {sample}.example,10.0.0.1" : "";
        var command = new CliCommand(kind, purpose)
        {
            Details = details,
            Examples =
            [
                ($"corenode pki issue {kind} {sample}{names}", $"makes {sample}.crt and {sample}.key"),
                ($"corenode pki issue {kind} {sample} --renew", "before it expires"),
                ($"corenode pki issue {kind} {sample}{names} --days 90 --dir ./pki", "for a short time, elsewhere"),
            ],
        };
        command.Arguments.Add(name);
        foreach (Option option in new Option[] { sans, days, renew, force, folder })
            command.Options.Add(option);
        command.SetAction(parsed => PkiOptions.Run(session, office =>
        {
            CertificateWish wish = new(
                Path.GetFullPath(parsed.GetValue(folder)!), kind, PkiOptions.CheckName(parsed.GetValue(name)!))
            {
                Sans = Names(parsed.GetValue(sans) ?? [], isMember),
                Lifetime = PkiOptions.Lifetime(parsed, days),
                Renews = parsed.GetValue(renew),
                Replaces = parsed.GetValue(force),
            };
            if (isMember && wish.Sans.Count == 0 && !wish.Renews)
            {
                throw new UsageException(
                    "--san is needed: the host names and addresses under which others reach the node, "
                    + $"such as --san {wish.Name}.example,10.0.0.1");
            }

            CertificateFiles made = office.Issue(wish);
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(CertificateText.ToJson(made));
            else
                Write(session.Host.Output, made);
            return ExitCode.Done;
        }));
        return command;
    }

    private static IReadOnlyList<string> Names(string[] given, bool isMember)
    {
        IReadOnlyList<string> sans = PkiOptions.ReadSans(given);
        return isMember && sans.Count > 0
            ? [.. sans.Union(s_ownMachine, StringComparer.OrdinalIgnoreCase)]
            : sans;
    }

    private static void Write(TextWriter output, CertificateFiles made)
    {
        CertificateRecord one = made.Certificate;
        string whom = one.Sans.Count == 0 ? "" : $" for {string.Join(", ", one.Sans)}";
        output.WriteLine($"{one.Kind} {one.Name}{whom}, valid until {CertificateText.Day(one.Expires)}");
        CertificateText.WriteFiles(output, made);
        if (one.Kind == "member")
        {
            output.WriteLine("Bring the three files to the node, the key readable by its user only, and name them:");
            output.WriteLine("  --cert-file, --key-file, --trusted-ca-file, and --peer-… of the same");
        }
        else
        {
            output.WriteLine("Use: corenode --endpoints https://HOST:2379 "
                + $"--cacert {made.CaFile} --cert {made.CertFile} --key {made.KeyFile} COMMAND");
        }
    }
}
