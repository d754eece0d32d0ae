using System.Text.RegularExpressions;

namespace CoreNode.Tests.Architecture;

/// <summary>Rules about documents: what they point to exists. Pure, given the names that exist.</summary>
internal static partial class MarkdownChecks
{
    /// <summary>Links inside the repository lead to a file, and to a heading if they name one.</summary>
    public static IEnumerable<string> Links(SourceFile file, IReadOnlyDictionary<string, SourceFile> tree)
    {
        if (!file.IsMarkdown)
            yield break;
        string text = WithoutFences(file.Text);
        foreach (Match match in Link().Matches(text))
        {
            string target = match.Groups["target"].Value;
            if (Outside().IsMatch(target))
                continue;
            string[] parts = target.Split('#', 2);
            string path = parts[0].Length == 0 ? file.Path : Combine(file.Path, parts[0]);
            string place = $"{file.Path}:{LineOf(text, match.Index)}";
            if (!Exists(path, tree))
                yield return $"{place}: {target} leads nowhere";
            else if (parts.Length == 2 && !HasAnchor(tree, path, parts[1]))
                yield return $"{place}: {target}: no such heading";
        }
    }

    /// <summary>A path in backticks that starts with a folder of the top level exists.</summary>
    public static IEnumerable<string> Paths(SourceFile file, IReadOnlyDictionary<string, SourceFile> tree)
    {
        if (!file.IsMarkdown)
            yield break;
        string text = WithoutFences(file.Text);
        foreach (Match match in NamedPath().Matches(text))
        {
            string path = match.Groups["path"].Value.TrimEnd('/');
            if (!Exists(path, tree))
                yield return $"{file.Path}:{LineOf(text, match.Index)}: there is no {path}";
        }
    }

    /// <summary>The fragments that lead to a document's headings, as web views of repositories make them.</summary>
    public static IReadOnlySet<string> Anchors(SourceFile file) =>
        Heading().Matches(WithoutFences(file.Text))
            .Select(m => NoAnchor().Replace(m.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))
            .ToHashSet();

    private static bool Exists(string path, IReadOnlyDictionary<string, SourceFile> tree) =>
        tree.ContainsKey(path) || tree.Keys.Any(k => k.StartsWith(path + "/", StringComparison.Ordinal));

    private static bool HasAnchor(IReadOnlyDictionary<string, SourceFile> tree, string path, string anchor) =>
        tree.TryGetValue(path, out SourceFile? file) && Anchors(file).Contains(anchor);

    private static string Combine(string from, string relative)
    {
        string full = Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(from) ?? "", relative));
        return full.Trim('/');
    }

    private static string WithoutFences(string text) =>
        Fence().Replace(text, m => new string('\n', m.Value.Count(c => c == '\n')));

    private static int LineOf(string text, int at) => 1 + text.AsSpan(0, at).Count('\n');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^(\w+://|mailto:)")]
    private static partial Regex Outside();

    [GeneratedRegex(@"`(?<path>(CoreNode|CoreNode\.Tests|docs|packaging|\.ci)/[\w./-]*)`")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"^#+ (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
