using System.Text;

namespace CoreNode.Units.Model;

/// <summary>
/// Reads a unit file line by line as systemd does (systemd.syntax(7), conf-parser): a line that ends in an odd number
/// of backslashes goes on in the next one; comment lines are dropped, also between continued lines; quotes mean nothing
/// here and are kept as written. What systemd would skip with a warning in its log is an error, because on a cluster
/// nobody reads that log before the unit runs. Text before the first section is skipped with a warning, as fleet does.
/// </summary>
internal sealed class UnitFileReader(string text)
{
    private readonly List<UnitProblem> _problems = [];
    private readonly StringBuilder _value = new();
    private string? _section;
    private int _line;
    private int _at;

    /// <summary>What was read.</summary>
    public List<UnitOption> Options { get; } = [];

    /// <summary>Line of each option.</summary>
    public List<int> Lines { get; } = [];

    /// <summary>Sections in order.</summary>
    public List<string> Sections { get; } = [];

    /// <summary>What was odd or wrong.</summary>
    public IReadOnlyList<UnitProblem> Problems => _problems;

    /// <summary>Value without white space around it and without a continuation that nothing follows.</summary>
    public static string Normal(string value)
    {
        string kept = value.Trim();
        if (kept.AsSpan().IndexOfAny('\n', '\r') >= 0)
            kept = WithoutComments(kept.Replace("\r\n", "\n", StringComparison.Ordinal));
        while (kept.Length > 0 && IsContinued(kept))
            kept = kept[..^1].TrimEnd();
        return kept;
    }

    private static string WithoutComments(string value)
    {
        StringBuilder kept = new();
        foreach (string line in value.Split('\n'))
        {
            if (kept.Length == 0)
                kept.Append(line.TrimEnd());
            else if (!IsComment(line.AsSpan().TrimStart()))
                kept.Append('\n').Append(line.TrimEnd());
        }

        return kept.ToString().TrimEnd();
    }

    /// <summary>True if the line ends in a backslash that is not itself escaped.</summary>
    public static bool IsContinued(ReadOnlySpan<char> line)
    {
        int count = 0;
        while (count < line.Length && line[^(count + 1)] == '\\')
            count++;
        return count % 2 == 1;
    }

    /// <summary>Reads all of it.</summary>
    public void Read()
    {
        if (text.Length > UnitFile.MaxLength)
        {
            Complain(0, $"the text is longer than {UnitFile.MaxLength} characters: put data into a file of its own");
            return;
        }

        int nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
        {
            int line = 1 + text.AsSpan(0, nul).Count('\n');
            Complain(line, "a NUL character: this is no text");
            return;
        }

        if (text.StartsWith('\uFEFF'))
            _at = 1;
        while (TryReadLine(out string line))
            Take(line);
    }

    private void Take(string raw)
    {
        string line = raw.Trim();
        int first = _line;
        if (line.Length == 0 || IsComment(line))
            return;
        if (line[0] == '[')
        {
            TakeSection(line);
            return;
        }

        string whole = ReadContinuations(line);
        int equals = whole.IndexOf('=', StringComparison.Ordinal);
        if (_section is null)
        {
            _problems.Add(new UnitProblem(
                first, "text before the first [Section] is skipped: put it below one", IsError: false));
            return;
        }

        string written = equals < 0 ? "" : whole[..equals];
        string name = written.Trim();
        if (equals < 0)
            Complain(first, $"\"{Shorten(whole)}\" is no assignment: write Name=Value, or # before a comment");
        else if (name.Length == 0)
            Complain(first, "an assignment without a name before the =");
        else if (written.Contains('\n', StringComparison.Ordinal))
            Complain(first, $"a name that goes over several lines: \"{Shorten(name)}\"");
        else
        {
            Options.Add(new UnitOption(_section, name, Normal(whole[(equals + 1)..])));
            Lines.Add(first);
        }
    }

    private void TakeSection(string line)
    {
        if (line[^1] != ']' || line.Length < 3 || line.IndexOf(']', StringComparison.Ordinal) != line.Length - 1)
        {
            Complain(_line, $"\"{Shorten(line)}\" is no section header: write [Name] and nothing else on the line");
            _section ??= "";
            return;
        }

        _section = line[1..^1];
        if (!Sections.Contains(_section))
            Sections.Add(_section);
    }

    // The first line and those that it goes on in, with the continuations as they stand, comment lines left out.
    private string ReadContinuations(string first)
    {
        if (!IsContinued(first))
            return first;
        _value.Clear();
        _value.Append(first);
        while (TryReadLine(out string next))
        {
            string line = next.TrimEnd();
            if (IsComment(line.AsSpan().TrimStart()))
                continue;
            if (line.Length == 0)
                break;
            _value.Append('\n').Append(line);
            if (!IsContinued(line))
                break;
        }

        return _value.ToString();
    }

    private bool TryReadLine(out string line)
    {
        if (_at >= text.Length)
        {
            line = "";
            return false;
        }

        int end = text.AsSpan(_at).IndexOfAny('\n', '\r');
        int stop = end < 0 ? text.Length : _at + end;
        line = text[_at..stop];
        _at = stop + 1;
        if (stop + 1 < text.Length && text[stop] == '\r' && text[stop + 1] == '\n')
            _at++;
        _line++;
        return true;
    }

    private static bool IsComment(ReadOnlySpan<char> line) => line.Length > 0 && line[0] is '#' or ';';

    private void Complain(int line, string message) => _problems.Add(new UnitProblem(line, message, IsError: true));

    private static string Shorten(string line)
    {
        string flat = line.Replace('\n', ' ');
        return flat.Length <= 40 ? flat : string.Concat(flat.AsSpan(0, 40), "...");
    }
}
