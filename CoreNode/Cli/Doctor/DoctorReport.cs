using System.Globalization;
using System.Text;
using CoreNode.Cli.Pki;

namespace CoreNode.Cli.Doctor;

/// <summary>All findings, for people and for programs.</summary>
internal static class DoctorReport
{
    /// <summary>One line each, then how many there are of each kind.</summary>
    public static void Write(TextWriter output, IReadOnlyList<Finding> findings)
    {
        int width = findings.Count == 0 ? 0 : findings.Max(static one => one.What.Length);
        string machine = "";
        foreach (Finding one in findings)
        {
            if (one.Machine != machine)
                output.WriteLine(one.Machine.Length > 0 ? $"\nmachine {one.Machine}:" : "\nhere:");
            machine = one.Machine;
            string advice = one.Advice is null ? "" : $": {one.Advice}";
            output.WriteLine($"{Word(one.Severity),-8} {one.What.PadRight(width)}  {one.Text}{advice}");
        }

        int problems = Count(findings, Severity.Problem);
        int warnings = Count(findings, Severity.Warning);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{problems} problem{(problems == 1 ? "" : "s")}, {warnings} warning{(warnings == 1 ? "" : "s")}"));
    }

    /// <summary>Stable names.</summary>
    public static string ToJson(IReadOnlyList<Finding> findings)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"problems\":{Count(findings, Severity.Problem)}");
        text.Append(CultureInfo.InvariantCulture, $",\"warnings\":{Count(findings, Severity.Warning)}");
        text.Append(",\"findings\":[");
        for (int at = 0; at < findings.Count; at++)
        {
            Finding one = findings[at];
            Append(text, at == 0 ? "{\"level\":" : ",{\"level\":", Word(one.Severity));
            if (one.Machine.Length > 0)
                Append(text, ",\"machine\":", one.Machine);
            Append(text, ",\"what\":", one.What);
            Append(text, ",\"text\":", one.Text);
            Append(text, ",\"advice\":", one.Advice ?? "");
            if (one.Certificate is { } certificate)
                text.Append(",\"certificate\":").Append(CertificateText.ToJson(certificate));
            text.Append('}');
        }

        return text.Append("]}").ToString();
    }

    private static int Count(IReadOnlyList<Finding> findings, Severity severity) =>
        findings.Count(one => one.Severity == severity);

    private static string Word(Severity severity) => severity switch
    {
        Severity.Ok => "ok",
        Severity.Warning => "warning",
        Severity.Problem => "problem",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "no such severity"),
    };

    private static void Append(StringBuilder text, string head, string value)
    {
        text.Append(head);
        EtcdJson.AppendString(text, value);
    }
}
