using System.Text.RegularExpressions;

namespace CoreNode.Tests.Architecture;

/// <summary>Rules about one source file each: a file goes in, complaints "path:line: what" come out. Pure.</summary>
internal static partial class TidyChecks
{
    /// <summary>Most columns of a line.</summary>
    public const int LineLimit = 120;

    /// <summary>Most lines of a method.</summary>
    public const int MethodLimit = 70;

    /// <summary>Most lines of a source file.</summary>
    public const int FileLimit = 500;

    /// <summary>Most bytes of any file.</summary>
    public const int BlobLimitBytes = 1 << 20;

    private static readonly string[] s_textEndings =
        [".cs", ".sh", ".md", ".csproj", ".props", ".json", ".yml", ".yaml", ".sln", ".service", ".editorconfig"];

    /// <summary>Every check by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<SourceFile, IEnumerable<string>>> All =
        new Dictionary<string, Func<SourceFile, IEnumerable<string>>>
        {
            ["line length"] = LineLength,
            ["method length"] = MethodLength,
            ["file length"] = FileLength,
            ["blob size"] = BlobSize,
            ["white space"] = WhiteSpace,
            ["banned words"] = BannedWords,
            ["suppressions"] = Suppressions,
            ["dead code"] = DeadCode,
            ["file name"] = FileName,
            ["summaries"] = Summaries,
            ["safety notes"] = SafetyNotes,
            ["shell options"] = ShellOptions,
        };

    /// <summary>Lines of code and prose fit on a screen; tables, links and recorded data cannot be wrapped.</summary>
    public static IEnumerable<string> LineLength(SourceFile file)
    {
        if (file.IsTestData || !(file.IsCSharp || file.IsShell || file.IsMarkdown))
            yield break;
        bool isFenced = false;
        for (int i = 0; i < file.Lines.Count; i++)
        {
            string line = file.Lines[i];
            isFenced ^= file.IsMarkdown && line.StartsWith("```", StringComparison.Ordinal);
            bool isExempt = file.IsMarkdown
                && (isFenced || line.StartsWith('|') || line.Contains("](", StringComparison.Ordinal));
            if (line.Length > LineLimit && !isExempt)
                yield return $"{file.Path}:{i + 1}: {line.Length} columns, {LineLimit} allowed";
        }
    }

    /// <summary>A method can be seen as a whole.</summary>
    public static IEnumerable<string> MethodLength(SourceFile file) =>
        file.IsCSharp
            ? file.Outline
                .Where(d => !d.IsType && d.LastLine - d.FirstLine + 1 > MethodLimit)
                .Select(d => $"{file.Path}:{d.FirstLine}: {d.LastLine - d.FirstLine + 1} lines in \"{d.Name}\", "
                    + $"{MethodLimit} allowed: split it")
            : [];

    /// <summary>A file has one subject.</summary>
    public static IEnumerable<string> FileLength(SourceFile file)
    {
        int lines = file.Text.Count(c => c == '\n');
        if (file.IsCSharp && lines > FileLimit)
            yield return $"{file.Path}:{FileLimit}: {lines} lines, {FileLimit} allowed: split it";
    }

    /// <summary>No binaries in the repository.</summary>
    public static IEnumerable<string> BlobSize(SourceFile file)
    {
        if (file.SizeBytes > BlobLimitBytes)
            yield return $"{file.Path}: {file.SizeBytes} bytes, {BlobLimitBytes} allowed: make it in the build or test";
    }

    /// <summary>Spaces, LF, one line end at the end.</summary>
    public static IEnumerable<string> WhiteSpace(SourceFile file)
    {
        bool isText = file.IsShell || s_textEndings.Any(e => file.Path.EndsWith(e, StringComparison.Ordinal));
        if (file.IsTestData || !isText)
            yield break;
        bool mayHaveTabs = file.Path.EndsWith(".sln", StringComparison.Ordinal);
        for (int i = 0; i < file.Lines.Count; i++)
        {
            string line = file.Lines[i];
            if (line.Contains('\r', StringComparison.Ordinal))
                yield return $"{file.Path}:{i + 1}: CR; lines end with LF";
            else if (line.EndsWith(' ') || line.EndsWith('\t'))
                yield return $"{file.Path}:{i + 1}: space at the end of the line";
            if (line.Contains('\t', StringComparison.Ordinal) && !mayHaveTabs)
                yield return $"{file.Path}:{i + 1}: tab; indent with spaces, write \\t in strings";
        }

        if (file.Text.Length > 0 && !file.Text.EndsWith('\n'))
            yield return $"{file.Path}:{file.Lines.Count}: no line end at the end of the file";
    }

    /// <summary>See <see cref="BannedWord"/>.</summary>
    public static IEnumerable<string> BannedWords(SourceFile file)
    {
        if (!file.IsCSharp)
            yield break;
        string text = file.Code.CodeAndComments;
        foreach (BannedWord word in BannedWord.All)
        {
            if (word.ExceptIn.Any(path => file.Path.StartsWith(path, StringComparison.Ordinal)))
                continue;
            foreach (Match match in word.Pattern.Matches(text))
                yield return $"{file.Path}:{LineOf(text, match.Index)}: \"{match.Value}\"; instead: {word.Instead}";
        }
    }

    /// <summary>Who turns a warning off says why.</summary>
    public static IEnumerable<string> Suppressions(SourceFile file)
    {
        if (!file.IsCSharp)
            yield break;
        string text = file.Code.CodeAndComments;
        foreach (Match match in Pragma().Matches(text))
        {
            if (!match.Value.Contains("//", StringComparison.Ordinal))
                yield return $"{file.Path}:{LineOf(text, match.Index)}: a suppression without a reason behind //";
        }

        foreach (Match match in SuppressAttribute().Matches(text))
        {
            if (!match.Value.Contains("Justification", StringComparison.Ordinal))
                yield return $"{file.Path}:{LineOf(text, match.Index)}: a suppression without Justification";
        }
    }

    /// <summary>Old code lives in the history, not in comments.</summary>
    public static IEnumerable<string> DeadCode(SourceFile file) =>
        file.IsCSharp
            ? file.Lines.Select((line, i) => (line, i))
                .Where(l => CommentedCode().IsMatch(l.line))
                .Select(l => $"{file.Path}:{l.i + 1}: code in a comment: delete it")
            : [];

    /// <summary>A type is found by its file's name.</summary>
    public static IEnumerable<string> FileName(SourceFile file)
    {
        if (!file.IsCSharp)
            yield break;
        string[] parts = Path.GetFileName(file.Path).Split('.');
        string stem = parts[0];
        CSharpDeclaration[] types = [.. file.Outline.Where(d => d is { IsType: true, Depth: 0 })];
        // Replica.Log.cs holds a part of Replica, or ReplicaLog.
        if (types.Length > 0 && !types.Any(t => t.Name == stem || (parts.Length > 2 && t.Name == stem + parts[1])))
            yield return $"{file.Path}:{types[0].FirstLine}: no type {stem} in it, but {types[0].Name}";
        foreach (CSharpDeclaration other in types.Where(t => t.Name != stem && t.IsPublic && file.IsProductCode))
            yield return $"{file.Path}:{other.FirstLine}: the public type {other.Name} needs a file of its own";
    }

    /// <summary>Each type that other modules see says what it is.</summary>
    public static IEnumerable<string> Summaries(SourceFile file)
    {
        // A second part of a class (Server.Log.cs) is described at the first.
        if (!file.IsProductCode || Path.GetFileName(file.Path).Split('.').Length > 2)
            yield break;
        foreach (CSharpDeclaration type in file.Outline.Where(d => d.IsType && d.IsPublic))
        {
            bool isDocumented = type.FirstLine > 1
                && file.Lines[type.FirstLine - 2].TrimStart().StartsWith("///", StringComparison.Ordinal);
            if (!isDocumented)
                yield return $"{file.Path}:{type.FirstLine}: the public type {type.Name} has no XML summary";
        }
    }

    /// <summary>Unsafe code says why it is safe.</summary>
    public static IEnumerable<string> SafetyNotes(SourceFile file)
    {
        if (!file.IsProductCode || !UnsafeWord().IsMatch(file.Code.Code))
            yield break;
        if (!file.Text.Contains("safety:", StringComparison.OrdinalIgnoreCase))
            yield return $"{file.Path}:1: unsafe or native code without a comment \"Safety: …\"";
    }

    /// <summary>
    /// A shell script stops at the first command that fails or name that is unset, or says behind its set why not. What
    /// has no first line "#!" is read by a script that does.
    /// </summary>
    public static IEnumerable<string> ShellOptions(SourceFile file)
    {
        bool isScript = file.IsShell && file.Text.StartsWith("#!", StringComparison.Ordinal);
        if (isScript && !SetEu().IsMatch(file.Text))
            yield return $"{file.Path}:1: no \"set -eu\", and no \"set -u # no -e: …\" with a reason";
    }

    private static int LineOf(string text, int at) => 1 + text.AsSpan(0, at).Count('\n');

    [GeneratedRegex(@"#pragma warning disable.*")]
    private static partial Regex Pragma();

    [GeneratedRegex(@"\[(assembly: )?(Unconditional)?SuppressMessage\([^]]*\]")]
    private static partial Regex SuppressAttribute();

    [GeneratedRegex(
        @"^\s*//(?!/)\s*([\w.<>\[\]]+( \w+)?\s*([-+]?=|\().*;|"
        + @"(return|throw|var|await)\b.*;|(if|for|foreach|while) \(.*|[{}])\s*$")]
    private static partial Regex CommentedCode();

    [GeneratedRegex(@"\bunsafe\b|\bLibraryImport\b|\bDllImport\b")]
    private static partial Regex UnsafeWord();

    [GeneratedRegex(@"^set -[a-z]*(e[a-z]*u|u[a-z]*e)|^set -[a-z]*u.*# no -e: \w+", RegexOptions.Multiline)]
    private static partial Regex SetEu();
}
