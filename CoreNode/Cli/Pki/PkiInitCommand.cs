using System.CommandLine;
using CoreNode.Foundation;

namespace CoreNode.Cli.Pki;

/// <summary><c>pki init</c>: makes the CA, its successor, or ends the trust in the ones before.</summary>
internal static class PkiInitCommand
{
    public static CliCommand Build(CliSession session)
    {
        Option<string> folder = PkiOptions.Folder();
        Option<string> name = new("--name")
        {
            Description = "name of the CA; a part that no other has is added",
            HelpName = "NAME",
            DefaultValueFactory = _ => "corenode CA",
        };
        Option<ulong> days = NumberOption.Days("how long it is valid (default: 3650; --renew: as before)");
        Option<bool> renew = new("--renew") { Description = "make its successor; both are trusted then" };
        Option<bool> retire = new("--retire") { Description = "trust only the newest from now on" };
        Option<bool> force = PkiOptions.Force("replace a CA that is there: all it has issued is worthless then");
        var command = new CliCommand("init", "make a CA, or its successor")
        {
            Details = "To change the CA of a running cluster: --renew, and bring ca.crt to every node and client; then "
                + "issue each certificate again with --renew and bring it to its node; then --retire, and bring ca.crt "
                + "everywhere again. No connection is lost on the way.",
            Examples =
            [
                ("corenode pki init", $"makes {PkiOptions.DefaultFolder}/ca.crt and ca.key"),
                ("corenode pki init --dir ./pki --days 1825", "somewhere else, for five years"),
                ("corenode pki init --renew", "first step to a new CA"),
                ("corenode pki init --retire", "last step: the old one is no longer trusted"),
            ],
        };
        foreach (Option option in new Option[] { folder, name, days, renew, retire, force })
            command.Options.Add(option);
        command.SetAction(parsed => PkiOptions.Run(session, office =>
        {
            string place = Path.GetFullPath(parsed.GetValue(folder)!);
            TimeSpan? lifetime = PkiOptions.Lifetime(parsed, days);
            bool[] ways = [parsed.GetValue(renew), parsed.GetValue(retire), parsed.GetValue(force)];
            if (ways.Count(static way => way) > 1)
                throw new UsageException("--renew, --retire and --force are three different things: give one");
            if (parsed.GetValue(retire))
                return Retire(session, parsed, office, place);
            if (parsed.GetValue(renew))
                return Renew(session, parsed, office, place, lifetime);
            CertificateFiles made = office.MakeAuthority(
                place, CheckName(parsed.GetValue(name)!), lifetime, parsed.GetValue(force));
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(CertificateText.ToJson(made));
            else
                WriteMade(session.Host.Output, made, place);
            return ExitCode.Done;
        }));
        return command;
    }

    private static string CheckName(string name) =>
        name.Length is > 0 and <= 55 && name.All(static c => c is >= ' ' and < '\u007f')
            ? name
            : throw new UsageException("--name: up to 55 plain characters");

    private static int Renew(
        CliSession session, ParseResult parsed, ICertificateOffice office, string folder, TimeSpan? lifetime)
    {
        IReadOnlyList<CertificateFiles> all = office.RenewAuthority(folder, lifetime);
        TextWriter output = session.Host.Output;
        if (session.IsJson(parsed))
        {
            output.WriteLine($"[{string.Join(',', all.Select(CertificateText.ToJson))}]");
            return ExitCode.Done;
        }

        CertificateRecord first = all[0].Certificate;
        output.WriteLine($"CA {first.Subject}, valid until {CertificateText.Day(first.Expires)}, signs from now on");
        foreach (CertificateFiles old in ListPart.From(all, 1))
        {
            output.WriteLine($"still trusted: {old.Certificate.Subject}, until "
                + CertificateText.Day(old.Certificate.Expires));
        }

        output.WriteLine("Now, in this order:");
        output.WriteLine($"  1. bring {all[0].CaFile} to every node and client");
        output.WriteLine("  2. issue each certificate again (`corenode pki issue … --renew`) and bring it to its node");
        output.WriteLine("  3. `corenode pki init --retire`, and bring that file everywhere again");
        return ExitCode.Done;
    }

    private static int Retire(CliSession session, ParseResult parsed, ICertificateOffice office, string folder)
    {
        (CertificateFiles stays, IReadOnlyList<CertificateRecord> retired) = office.RetireAuthorities(folder);
        TextWriter output = session.Host.Output;
        if (session.IsJson(parsed))
        {
            output.WriteLine(
                $"{{\"stays\":{CertificateText.ToJson(stays)},"
                + $"\"retired\":[{string.Join(',', retired.Select(CertificateText.ToJson))}]}}");
            return ExitCode.Done;
        }

        foreach (CertificateRecord one in retired)
            output.WriteLine($"no longer in {stays.CaFile}: {one.Subject}");
        output.WriteLine(retired.Count == 0
            ? $"nothing to do: {stays.CaFile} holds {stays.Certificate.Subject} only"
            : $"only {stays.Certificate.Subject} is left; bring {stays.CaFile} to every node and client");
        return ExitCode.Done;
    }

    private static void WriteMade(TextWriter output, CertificateFiles made, string folder)
    {
        string dir = folder == PkiOptions.DefaultFolder ? "" : $" --dir {folder}";
        CertificateRecord one = made.Certificate;
        output.WriteLine($"CA {one.Subject}, valid until {CertificateText.Day(one.Expires)}");
        output.WriteLine($"  certificate  {made.CertFile} (for every node and client)");
        output.WriteLine($"  key          {made.KeyFile} (stays here: who has it can make administrators)");
        output.WriteLine($"next: corenode pki issue member NAME --san HOST,ADDRESS{dir}");
    }
}
