using System.CommandLine;
using System.Net;
using CoreNode.Foundation;

namespace CoreNode.Cli.Pki;

/// <summary>What the pki commands share.</summary>
internal static class PkiOptions
{
    /// <summary>Where the CA of a cluster is kept unless something else is said.</summary>
    public const string DefaultFolder = "/etc/corenode/pki";

    private const int LongestName = 64;

    public static Option<string> Folder() => new("--dir")
    {
        Description = $"folder of the CA and of what it issues (default: {DefaultFolder})",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => DefaultFolder,
    };

    public static Option<bool> Force(string description) => new("--force") { Description = description };

    /// <summary>Days as time; null if none were given.</summary>
    public static TimeSpan? Lifetime(ParseResult parsed, Option<ulong> days) =>
        parsed.GetResult(days) is null or { Implicit: true } ? null : TimeSpan.FromDays(parsed.GetValue(days));

    /// <summary>Runs the work; what goes wrong with files is told in one line.</summary>
    public static int Run(CliSession session, Func<ICertificateOffice, int> work)
    {
        if (session.Host.Certificates is not { } office)
            throw new InvalidOperationException("this process has no certificates");
        try
        {
            return work(office);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }

    /// <summary>A name that is good as a common name and as the name of files.</summary>
    public static string CheckName(string name)
    {
        bool isGood = name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0])
            && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@');
        if (!isGood)
        {
            throw new UsageException(
                $"'{name}' is no name for a certificate: up to {LongestName} letters, digits, '.', '-', '_' and '@', a "
                + "letter or digit first");
        }

        return name is "ca" ? throw new UsageException("'ca' is the name of the CA's own files; take another") : name;
    }

    /// <summary>Host names and addresses out of what was given, each once.</summary>
    public static IReadOnlyList<string> ReadSans(IEnumerable<string> given)
    {
        List<string> sans = [];
        foreach (string one in given.SelectMany(static text => text.Split(',', StringSplitOptions.TrimEntries)))
        {
            string san = one.StartsWith('[') && one.EndsWith(']') ? one[1..^1] : one;
            if (san.Contains("://", StringComparison.Ordinal))
                throw new UsageException($"--san takes host names and addresses, not the URL '{one}'");
            bool isAddress = IPAddress.TryParse(san, out IPAddress? address);
            if (!isAddress && !IsHostName(san))
                throw new UsageException($"--san: '{one}' is neither a host name nor an address");
            string text = isAddress ? address!.ToString() : san;
            if (!sans.Contains(text, StringComparer.OrdinalIgnoreCase))
                sans.Add(text);
        }

        return sans;
    }

    // Letters, digits, '-' and '_' between dots; the first label may be '*'. What ends in digits was to be an address.
    private static bool IsHostName(string text)
    {
        string[] labels = text.Split('.');
        if (text.Length > 253 || labels[^1].All(char.IsAsciiDigit))
            return false;
        bool isWildcard = labels[0] == "*" && labels.Length > 1;
        return ListPart.From(labels, isWildcard ? 1 : 0).All(static label =>
            label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
    }
}
