using System.Globalization;
using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Cli.Config;

/// <summary>What came of a configuration, for people and for programs.</summary>
internal static class ConfigText
{
    /// <summary>The findings as a table, and where <paramref name="isSummed"/> how many there are.</summary>
    public static void Show(CliSession session, TextWriter output, ConfigReport report, bool isSummed)
    {
        List<string[]> rows = [];
        bool hasSources = report.Sources.Count > 1;
        foreach (Finding finding in report.Findings)
        {
            string place = finding.Place.ToString();
            if (hasSources && finding.Source.Length > 0)
                place = place.Length > 0 ? $"{finding.Source}:{place}" : finding.Source;
            string advice = finding.Suggestion.Length > 0 ? finding.Suggestion : "-";
            rows.Add(
            [
                place.Length > 0 ? place : "-", Word(finding.Severity), finding.Key.Length > 0 ? finding.Key : "-",
                finding.Reason, advice,
            ]);
        }

        if (rows.Count > 0)
        {
            output.Write(TextTable.Format(
                ["PLACE", "SEVERITY", "KEY", "REASON", "SUGGESTION"], rows, session.Host.OutputWidth?.Invoke()));
        }

        if (isSummed)
            output.WriteLine(Sum(report));
    }

    /// <summary>As JSON; <paramref name="plan"/> is JSON already, empty for none.</summary>
    public static string ToJson(ConfigReport report, string plan, IReadOnlyList<ConfigStep> steps)
    {
        StringBuilder text = new("{\"sources\":[");
        for (int i = 0; i < report.Sources.Count; i++)
            Append(text, i == 0 ? "" : ",", report.Sources[i]);
        text.Append(CultureInfo.InvariantCulture, $"],\"errors\":{report.Count(Severity.Error)}");
        text.Append(CultureInfo.InvariantCulture, $",\"warnings\":{report.Count(Severity.Warning)}");
        text.Append(CultureInfo.InvariantCulture, $",\"notes\":{report.Count(Severity.Note)},\"findings\":[");
        for (int i = 0; i < report.Findings.Count; i++)
        {
            Finding finding = report.Findings[i];
            Append(text, i == 0 ? "{\"severity\":" : ",{\"severity\":", Word(finding.Severity));
            Append(text, ",\"source\":", finding.Source);
            text.Append(CultureInfo.InvariantCulture,
                $",\"line\":{finding.Place.Line},\"column\":{finding.Place.Column}");
            Append(text, ",\"key\":", finding.Key);
            Append(text, ",\"reason\":", finding.Reason);
            Append(text, ",\"suggestion\":", finding.Suggestion);
            text.Append('}');
        }

        text.Append(CultureInfo.InvariantCulture, $"],\"changes\":{report.Changes}");
        if (plan.Length > 0)
            text.Append(",\"plan\":").Append(plan);
        if (steps.Count == 0)
            return text.Append('}').ToString();
        text.Append(",\"steps\":[");
        for (int i = 0; i < steps.Count; i++)
        {
            Append(text, i == 0 ? "{\"what\":" : ",{\"what\":", steps[i].What);
            text.Append(steps[i].Failure.Length == 0 ? ",\"done\":true" : ",\"done\":false");
            if (steps[i].Failure.Length > 0)
                Append(text, ",\"reason\":", steps[i].Failure);
            text.Append('}');
        }

        return text.Append("]}").ToString();
    }

    /// <summary>"1 change", "2 changes".</summary>
    public static string Number(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Sum(ConfigReport report)
    {
        (int errors, int warnings, int notes) =
            (report.Count(Severity.Error), report.Count(Severity.Warning), report.Count(Severity.Note));
        string sum = $"{Number(errors, "error")}, {Number(warnings, "warning")}, {Number(notes, "note")}";
        return errors > 0 ? $"{sum}: it cannot be applied before the errors are mended" : $"{sum}: it can be applied";
    }

    private static string Word(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        Severity.Note => "note",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "no such severity"),
    };

    private static void Append(StringBuilder text, string head, string value)
    {
        text.Append(head);
        EtcdJson.AppendString(text, value);
    }
}
