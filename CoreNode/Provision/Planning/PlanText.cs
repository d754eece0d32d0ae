using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// A plan as people read it: one line for each change and the diff of each text file. Secrets are not in it.
/// </summary>
public static class PlanText
{
    /// <summary>The changes; "" where there are none.</summary>
    public static string Write(Plan plan)
    {
        StringBuilder text = new();
        foreach (Change change in plan.Changes)
            Write(text, change);
        return text.ToString();
    }

    /// <summary>One change in one line, without its content.</summary>
    public static string Line(Change change)
    {
        StringBuilder text = new(ChangeWords.Action(change));
        bool isReload = change is UnitWork { Verb: null };
        if (!isReload)
            text.Append(' ').Append(ChangeWords.Safe(change.Subject));
        string details = ChangeWords.Details(change);
        if (details.Length > 0)
            text.Append(' ').Append(details);
        if (change.From.Length > 0)
            text.Append("  (").Append(ChangeWords.Safe(change.From)).Append(')');
        return text.ToString();
    }

    /// <summary>Findings, one a line: "error source:line:column: key: reason; suggestion".</summary>
    public static string Write(IReadOnlyList<Finding> findings)
    {
        StringBuilder text = new();
        foreach (Finding finding in findings)
        {
            text.Append(Word(finding.Severity)).Append(' ');
            string place = finding.Place.ToString();
            bool isBoth = finding.Source.Length > 0 && place.Length > 0;
            foreach (string part in (string[])[finding.Source + (isBoth ? ":" : "") + place, finding.Key])
                text.Append(part.Length > 0 ? ChangeWords.Safe(part) + ": " : "");
            text.Append(ChangeWords.Safe(finding.Reason));
            if (finding.Suggestion.Length > 0)
                text.Append("; ").Append(ChangeWords.Safe(finding.Suggestion));
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>error, warning, note.</summary>
    public static string Word(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        Severity.Note => "note",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "no such severity"),
    };

    private static void Write(StringBuilder text, Change change)
    {
        text.Append(Line(change)).Append('\n');
        if (change is not PutFile put)
            return;
        string diff = ChangeWords.Diff(put);
        if (diff.StartsWith('('))
        {
            text.Append("  ").Append(diff).Append('\n');
            return;
        }

        string path = ChangeWords.Safe(put.Path);
        text.Append("--- ").Append(put.Before.Kind == PathKind.File ? path : "/dev/null").Append('\n');
        text.Append("+++ ").Append(path).Append('\n').Append(diff);
    }
}
