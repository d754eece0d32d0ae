using System.CommandLine;
using System.Globalization;
using System.Text;

namespace CoreNode.Cli.Payloads;

/// <summary>The <c>key</c> group: keys that sign updates.</summary>
internal static class SigningKeyCommands
{
    private const string UsualKind = "rsa-4096";

    // As much of an id as people compare.
    private const int ShortId = 16;

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("key", "keys that sign updates")
        {
            Details = "Works on files of this machine and asks no node. A machine takes updates only from the keys in "
                + "its trust folder: public keys, and rotation records that lead from those to newer ones.",
            Examples =
            [
                ("corenode key new release.key", "once: a key for your updates"),
                ("corenode key rotate release.key next.key", "hand over to another one"),
            ],
        };
        group.Subcommands.Add(New(session));
        group.Subcommands.Add(Rotate(session));
        return group;
    }

    private static CliCommand New(CliSession session)
    {
        Argument<string> file = new("FILE") { Description = "where the private key goes; the public one lies by it" };
        Option<string> type = new("--type")
        {
            Description = $"rsa-2048, rsa-4096 or ecdsa-p256 (default: {UsualKind})",
            HelpName = "TYPE",
            DefaultValueFactory = _ => UsualKind,
        };
        Option<bool> force = new("--force") { Description = "replace a key that is there" };
        var command = new CliCommand("new", "make a key")
        {
            TakesFiles = true,
            Details = "The private key is written without a password, readable by you only: keep it off the machines "
                + "that it signs for, and keep a copy. CoreOS's and Flatcar's own clients know rsa-2048 only.",
            Examples =
            [
                ("corenode key new release.key", "makes release.key and release.pub.pem"),
                ("corenode key new release.key --type ecdsa-p256", "short signatures"),
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(type);
        command.Options.Add(force);
        command.SetAction(parsed => Run(session, office =>
        {
            string kind = parsed.GetValue(type)!;
            if (!office.Kinds.Contains(kind))
                throw new UsageException($"--type is one of {string.Join(", ", office.Kinds)}, not '{kind}'");
            KeyFiles made = office.Make(kind, Path.GetFullPath(parsed.GetValue(file)!), parsed.GetValue(force));
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(ToJson(made));
            else
                Write(session.Host.Output, made);
            return ExitCode.Done;
        }));
        return command;
    }

    private static CliCommand Rotate(CliSession session)
    {
        Argument<string> old = new("OLD") { Description = "the key that machines trust now" };
        Argument<string> next = new("NEW") { Description = "the key that they are to trust, private or public" };
        Option<string?> records = new("--records")
        {
            Description = "folder with the records so far; the new one is added (default: where OLD lies)",
            HelpName = "FOLDER",
        };
        Option<bool> keep = new("--keep-old") { Description = "both stay trusted for now" };
        Option<string?> signer = new("--signed-by")
        {
            Description = "sign with this trusted key instead; OLD may then be its public part",
            HelpName = "KEY",
        };
        var command = new CliCommand("rotate", "make machines trust another key")
        {
            TakesFiles = true,
            Details = "Writes a numbered record, signed by the old key, for the trust folder of every machine. Records "
                + "are kept for good: a machine that was away for years follows them all, and one that misses one "
                + "between others trusts nobody.",
            Examples =
            [
                ("corenode key rotate release.key next.key", "next.key takes over, release.key is retired"),
                ("corenode key rotate release.key next.key --keep-old", "both count, until the old one is retired"),
                ("corenode key rotate release.pub.pem next.key --signed-by next.key", "retire the old one later"),
            ],
        };
        command.Arguments.Add(old);
        command.Arguments.Add(next);
        foreach (Option option in new Option[] { records, keep, signer })
            command.Options.Add(option);
        command.SetAction(parsed => Run(session, office =>
        {
            string oldFile = Path.GetFullPath(parsed.GetValue(old)!);
            RotationWish wish = new(
                oldFile,
                Path.GetFullPath(parsed.GetValue(next)!),
                parsed.GetValue(records) is { } folder ? Path.GetFullPath(folder) : Path.GetDirectoryName(oldFile)!)
            {
                SignerFile = parsed.GetValue(signer) is { } file ? Path.GetFullPath(file) : null,
                KeepsOld = parsed.GetValue(keep),
            };
            RotationFile made = office.Rotate(wish);
            if (session.IsJson(parsed))
                session.Host.Output.WriteLine(ToJson(made));
            else
                Write(session.Host.Output, made);
            return ExitCode.Done;
        }));
        return command;
    }

    private static int Run(CliSession session, Func<IKeyOffice, int> work)
    {
        if (session.Host.SigningKeys is not { } office)
            throw new InvalidOperationException("this process has no signing keys");
        try
        {
            return work(office);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }

    private static void Write(TextWriter output, KeyFiles made)
    {
        output.WriteLine($"key {Short(made.Id)}, {made.Kind}");
        output.WriteLine($"  private  {made.PrivateFile} (signs updates: keep it off the machines, and keep a copy)");
        output.WriteLine($"  public   {made.PublicFile} (for the trust folder of every machine)");
        output.WriteLine($"next: corenode payload create IMAGE --key {made.PrivateFile}");
    }

    private static void Write(TextWriter output, RotationFile made)
    {
        string old = made.Retires is { } retired ? $"{Short(retired)} is retired" : "the old one stays trusted";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"rotation {made.Number}: {Short(made.Key)} is trusted, {old}"));
        output.WriteLine($"  record  {made.File}, signed by {Short(made.Signer)}");
        output.WriteLine("next: bring it to the trust folder of every machine, and keep it there");
    }

    private static string Short(string id) => id[..Math.Min(ShortId, id.Length)];

    private static string ToJson(KeyFiles made)
    {
        StringBuilder text = new();
        Append(text, "{\"id\":", made.Id);
        Append(text, ",\"type\":", made.Kind);
        Append(text, ",\"privateFile\":", made.PrivateFile);
        Append(text, ",\"publicFile\":", made.PublicFile);
        return text.Append('}').ToString();
    }

    private static string ToJson(RotationFile made)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{{\"number\":{made.Number}");
        Append(text, ",\"key\":", made.Key);
        if (made.Retires is { } retired)
            Append(text, ",\"retires\":", retired);
        else
            text.Append(",\"retires\":null");
        Append(text, ",\"signer\":", made.Signer);
        Append(text, ",\"file\":", made.File);
        return text.Append('}').ToString();
    }

    private static void Append(StringBuilder text, string head, string value)
    {
        text.Append(head);
        EtcdJson.AppendString(text, value);
    }
}
