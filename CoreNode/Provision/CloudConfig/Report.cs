using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>Collects what is to be said about one input, in the order of the text and bounded in number.</summary>
internal sealed class Report(string source)
{
    private const int MostOfAKind = 250;
    private const int LongestShown = 60;
    private const int LongestLooked = 4096;
    private const int LongestWord = 64;

    private readonly List<Finding> _findings = [];
    private int _errors;
    private int _others;

    /// <summary>The input as people know it.</summary>
    public string Source => source;

    /// <summary>False once so many were said that one less serious than an error is only counted.</summary>
    public bool IsListening => _others < MostOfAKind;

    /// <summary>
    /// A text as a finding may show it: short, without what a terminal would obey and without the user's part of a
    /// URL.
    /// </summary>
    public static string Shown(string text)
    {
        // Of a text of any length no more is looked at than this: a finding may be one of very many.
        ReadOnlySpan<char> looked = text.AsSpan(0, Math.Min(text.Length, LongestLooked));
        int user = looked.IndexOf("//") + 2;
        if (user >= 2 && looked.LastIndexOf('@') is var at && at > user)
            text = $"{looked[..user]}…{looked[at..]}";
        StringBuilder shown = new("\"");
        foreach (char letter in text.AsSpan(0, Math.Min(text.Length, LongestShown)))
            shown.Append(char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter);
        return shown.Append(text.Length > LongestShown ? "…\"" : "\"").ToString();
    }

    /// <summary>"Did you mean …?", or nothing.</summary>
    public static string Nearest(string word, IEnumerable<string> known) =>
        word.Length <= LongestWord && Foundation.NearestWord.Of(word, known) is { } nearest
            ? $"did you mean {nearest}?"
            : "";

    /// <summary>The part is refused.</summary>
    public void Error(TextPlace place, string key, string reason, string suggestion) =>
        Add(Severity.Error, place, key, reason, suggestion);

    /// <summary>Applied, but probably not what was meant.</summary>
    public void Warning(TextPlace place, string key, string reason, string suggestion) =>
        Add(Severity.Warning, place, key, reason, suggestion);

    /// <summary>Worth knowing.</summary>
    public void Note(TextPlace place, string key, string reason, string suggestion) =>
        Add(Severity.Note, place, key, reason, suggestion);

    /// <summary>All findings, by their places.</summary>
    public IReadOnlyList<Finding> Findings()
    {
        List<Finding> sorted = [.. _findings];
        int left = Math.Max(_errors - MostOfAKind, 0) + Math.Max(_others - MostOfAKind, 0);
        if (left > 0)
        {
            Severity severity = _errors > MostOfAKind ? Severity.Error : Severity.Warning;
            sorted.Add(new Finding(severity, source, TextPlace.None, "", $"and {left} more like these",
                "mend those above, and validate again"));
        }

        return sorted;
    }

    // By place; what was said first of one place stays first: the rest may follow from it.
    private void Add(Severity severity, TextPlace place, string key, string reason, string suggestion)
    {
        int count = severity == Severity.Error ? ++_errors : ++_others;
        if (count > MostOfAKind)
            return;
        int at = _findings.Count;
        while (at > 0 && IsBefore(place, _findings[at - 1].Place))
            at--;
        _findings.Insert(at, new Finding(severity, source, place, key, reason, suggestion));
    }

    private static bool IsBefore(TextPlace a, TextPlace b) =>
        a.Line != b.Line ? a.Line < b.Line : a.Column < b.Column;
}
