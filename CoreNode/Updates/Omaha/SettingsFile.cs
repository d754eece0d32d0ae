namespace CoreNode.Updates.Omaha;

/// <summary>
/// A file of KEY=VALUE lines, as update.conf, release and oem-release are: written for a shell, read here without one.
/// Blank lines and comments (#) are skipped, "export" in front and quotes around a value are taken off, the last of two
/// lines with one key counts. Pure.
/// </summary>
public sealed class SettingsFile
{
    private const int MaxLength = 64 << 10;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private SettingsFile(string path) => Path = path;

    /// <summary>Where it was read, for messages.</summary>
    public string Path { get; }

    /// <summary>Lines that mean nothing, one complaint each.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>The keys that are set.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>The value of a key; null if it is not set, or set to nothing.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <summary>Reads the text of a file.</summary>
    public static SettingsFile Parse(string path, string text)
    {
        SettingsFile file = new(path);
        if (text.Length > MaxLength)
        {
            file.Problems = [$"{path} is longer than {MaxLength} characters: nothing of it counts"];
            return file;
        }

        List<string> problems = [];
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim(' ', '\t', '\r', '\uFEFF');
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (file.Take(line) is { } problem)
                problems.Add($"{path}:{i + 1}: {problem}");
        }

        file.Problems = problems;
        return file;
    }

    private string? Take(string line)
    {
        const string Export = "export ";
        bool isExport = line.StartsWith(Export, StringComparison.Ordinal);
        string assignment = isExport ? line[Export.Length..].TrimStart() : line;
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string key = equals < 0 ? "" : assignment[..equals].TrimEnd();
        if (!IsKey(key))
            return $"\"{ForeignWords.Shown(line, 40)}\" is no KEY=VALUE";
        string value = assignment[(equals + 1)..].TrimStart();
        if (value.Length > 0 && value[0] is '"' or '\'')
        {
            if (value.Length < 2 || value[^1] != value[0])
                return $"the quotes of {key} do not end on the line";
            value = value[1..^1];
        }

        if (value.AsSpan().ContainsAnyInRange('\0', '\x1F'))
            return $"{key} has control characters";
        _values[key] = value;
        return null;
    }

    private static bool IsKey(string key)
    {
        if (key.Length == 0 || char.IsAsciiDigit(key[0]))
            return false;
        foreach (char one in key)
        {
            if (!char.IsAsciiLetterOrDigit(one) && one != '_')
                return false;
        }

        return true;
    }
}
