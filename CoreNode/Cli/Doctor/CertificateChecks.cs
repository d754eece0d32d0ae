using System.Globalization;
using CoreNode.Cli.Pki;

namespace CoreNode.Cli.Doctor;

/// <summary>Looks at certificate files of this machine.</summary>
internal sealed class CertificateChecks(ICertificateOffice office, DateTimeOffset now)
{
    /// <summary>The files that the command line names for its own connections.</summary>
    public IEnumerable<Finding> CheckOwn(string? caFile, string? certFile, string? keyFile)
    {
        foreach (Finding finding in caFile is null ? [] : CheckFile(caFile, null, null))
            yield return finding;
        foreach (Finding finding in certFile is null ? [] : CheckFile(certFile, keyFile, caFile))
            yield return finding;
    }

    /// <summary>Every certificate of a folder, with the key of the same name and the folder's own CA.</summary>
    public IEnumerable<Finding> CheckFolder(string folder)
    {
        string full = Path.GetFullPath(folder);
        if (!Directory.Exists(full))
        {
            return
            [
                Finding.Problem($"certificates in {full}", "there is no such folder", "name another with --certs"),
            ];
        }

        string[] files =
        [
            .. Directory.EnumerateFiles(full).Where(IsCertificate).Order(StringComparer.Ordinal),
        ];
        if (files.Length == 0)
        {
            return
            [
                Finding.Warning(
                    $"certificates in {full}", "no file there ends in .crt", "name the right folder with --certs"),
            ];
        }

        string authorities = Path.Combine(full, "ca.crt");
        return files.SelectMany(file =>
        {
            string key = file[..^4] + ".key";
            bool isLeaf = file != authorities;
            return CheckFile(
                file, File.Exists(key) ? key : null, isLeaf && File.Exists(authorities) ? authorities : null);
        });
    }

    /// <summary>Finds by its dates how a certificate is.</summary>
    /// <param name="what">Where it was found.</param>
    /// <param name="one">The certificate.</param>
    /// <param name="folder">The folder that it lies in; null if it does not lie on this machine.</param>
    public Finding CheckDates(string what, CertificateRecord one, string? folder)
    {
        string day = CertificateText.Day(one.Expires);
        string advice = Renewal(one, folder);
        Finding finding = now switch
        {
            _ when now < one.Begins => Finding.Problem(
                what,
                $"{one.Subject} is not valid before {CertificateText.Day(one.Begins)}",
                "set the clock, or issue it again"),
            _ when now >= one.Expires => Finding.Problem(
                what, $"{one.Subject} expired {Days(now - one.Expires)} ago ({day})", advice),
            _ when now >= one.RenewFrom => Finding.Warning(
                what, $"{one.Subject} expires in {Days(one.Expires - now)} ({day})", advice),
            _ => Finding.Ok(what, $"{one.Subject}, {Days(one.Expires - now)} left ({day})"),
        };
        return finding with { Certificate = one };
    }

    /// <summary>The command that renews it.</summary>
    internal static string Renewal(CertificateRecord one, string? folder)
    {
        bool isHere = folder is not null && File.Exists(Path.Combine(folder, "ca.key"));
        string where = isHere ? "" : "where the CA's key is: ";
        string dir = !isHere || folder == PkiOptions.DefaultFolder ? "" : $" --dir {folder}";
        return one.Kind switch
        {
            "ca" => $"make its successor, {where}corenode pki init --renew{dir}",
            "member" or "client" or "admin" =>
                $"renew it, {where}corenode pki issue {one.Kind} {one.Name} --renew{dir}",
            _ => $"renew it with its issuer, {one.Issuer}",
        };
    }

    private static bool IsCertificate(string file) =>
        file.EndsWith(".crt", StringComparison.Ordinal) || file.EndsWith(".pem", StringComparison.Ordinal);

    private static string Days(TimeSpan time)
    {
        if (time < TimeSpan.FromDays(2))
            return string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} hours");
        return string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalDays} days");
    }

    private IEnumerable<Finding> CheckFile(string file, string? keyFile, string? caFile)
    {
        string what = $"certificate {file}";
        IReadOnlyList<CertificateRecord> all;
        try
        {
            all = office.Read(file);
        }
        catch (IOException fault)
        {
            // A folder may hold keys that end in .pem.
            bool isKey = file.EndsWith(".pem", StringComparison.Ordinal) && keyFile is null && caFile is not null;
            return isKey ? [] : [Finding.Problem(what, fault.Message, "name the right file")];
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        IEnumerable<Finding> dates = all.Select(one => CheckDates(what, one, folder));
        return office.Judge(file, keyFile, caFile) is { } complaint
            ? dates.Prepend(Finding.Problem(what, complaint, "mend that, or issue it again"))
            : dates;
    }
}
