using System.Globalization;
using CoreNode.Units.Model;

namespace CoreNode.Runner.Settings;

/// <summary>
/// Takes values out of a unit file and notes what it cannot make sense of. What was never asked for is unknown. Pure.
/// </summary>
internal sealed class OptionReader(UnitFile file, Specifiers specifiers)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    /// <summary>What was wrong so far.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>For what the caller finds wrong itself.</summary>
    public void Note(string note) => _notes.Add(note);

    /// <summary>The specifiers of this unit.</summary>
    public Specifiers Specifiers => specifiers;

    /// <summary>All values of a key, as written.</summary>
    public IReadOnlyList<string> Values(string section, string key)
    {
        _asked.Add($"{section}.{key}");
        return file.Values(section, key);
    }

    /// <summary>The last value with specifiers resolved; empty if there is none.</summary>
    public string Text(string section, string key)
    {
        IReadOnlyList<string> values = Values(section, key);
        return values.Count == 0 ? "" : specifiers.Resolve(values[^1].Trim());
    }

    /// <summary>All words of all lines.</summary>
    public IReadOnlyList<string> WordList(string section, string key)
    {
        List<string> words = [];
        foreach (string line in Values(section, key))
        {
            if (Words.Split(line) is not { } split)
            {
                Bad(section, key, line);
                continue;
            }

            foreach (string word in split)
                words.Add(specifiers.Resolve(word));
        }

        return words;
    }

    /// <summary>A boolean.</summary>
    public bool Flag(string section, string key, bool otherwise)
    {
        string text = Text(section, key);
        switch (text.ToLowerInvariant())
        {
            case "":
                return otherwise;
            case "1" or "yes" or "y" or "true" or "t" or "on":
                return true;
            case "0" or "no" or "n" or "false" or "f" or "off":
                return false;
            default:
                Bad(section, key, text);
                return otherwise;
        }
    }

    /// <summary>A whole number within bounds.</summary>
    public int? Number(string section, string key, int least, int most)
    {
        string text = Text(section, key);
        if (text.Length == 0)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            && number >= least && number <= most)
        {
            return number;
        }

        Bad(section, key, text);
        return null;
    }

    /// <summary>A number in octal digits, such as a mask.</summary>
    public int Octal(string section, string key, int otherwise)
    {
        string text = Text(section, key);
        int value = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7' || value > 0xFFF)
            {
                Bad(section, key, text);
                return otherwise;
            }

            value = value * 8 + (digit - '0');
        }

        return text.Length == 0 ? otherwise : value;
    }

    /// <summary>A time span.</summary>
    /// <param name="section">Of the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="otherwise">If it is not there.</param>
    /// <param name="isZeroNever">Zero means that there is no limit.</param>
    public TimeSpan Span(string section, string key, TimeSpan otherwise, bool isZeroNever)
    {
        string text = Text(section, key);
        if (text.Length == 0)
            return otherwise;
        if (TimeSpanText.Parse(text) is not { } span)
        {
            Bad(section, key, text);
            return otherwise;
        }

        return isZeroNever && span == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : span;
    }

    /// <summary>A signal.</summary>
    public int Signal(string section, string key, int otherwise)
    {
        string text = Text(section, key);
        if (text.Length == 0)
            return otherwise;
        if (SignalNames.Find(text) is { } signal)
            return signal;
        Bad(section, key, text);
        return otherwise;
    }

    /// <summary>Exit codes and signals.</summary>
    public ExitStatusSet Statuses(string section, string key)
    {
        HashSet<int> codes = [];
        HashSet<int> signals = [];
        foreach (string word in WordList(section, key))
        {
            if (int.TryParse(word, CultureInfo.InvariantCulture, out int code) && code is >= 0 and <= 255)
                codes.Add(code);
            else if (SignalNames.Find(word) is { } signal)
                signals.Add(signal);
            else if (ExitCodes.Find(word) is { } named)
                codes.Add(named);
            else
                Bad(section, key, word);
        }

        return new ExitStatusSet(codes, signals);
    }

    /// <summary>
    /// Bytes with K, M, G or T behind (1024s), a share of the machine's memory, or no limit (null).
    /// </summary>
    public ulong? Bytes(string section, string key, ulong all)
    {
        string text = Text(section, key);
        if (text.Length == 0 || text == "infinity")
            return null;
        if (Size(text) is { } size)
            return size;
        if (text.EndsWith('%') && Share(text) is { } share && all > 0)
            return (ulong)(all * share);
        Bad(section, key, text);
        return null;
    }

    /// <summary>"12.5%" as 0.125.</summary>
    public static double? Share(string text) =>
        text.EndsWith('%') && double.TryParse(
            text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double percent)
            ? percent / 100
            : null;

    /// <summary>"64K" as 65536.</summary>
    public static ulong? Size(string text)
    {
        const string units = "BKMGTPE";
        int power = text.Length > 0 ? units.IndexOf(text[^1], StringComparison.Ordinal) : -1;
        ReadOnlySpan<char> digits = power >= 0 ? text.AsSpan(0, text.Length - 1) : text;
        if (!double.TryParse(
            digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return null;
        }

        double bytes = number * Math.Pow(1024, Math.Max(0, power));
        return bytes < ulong.MaxValue ? (ulong)bytes : null;
    }

    /// <summary>Notes a value that makes no sense.</summary>
    public void Bad(string section, string key, string value) =>
        _notes.Add($"[{section}] {key}={value} cannot be understood and is ignored");

    /// <summary>Notes the keys that nobody asked for; [X-…] sections and X- keys are others' business.</summary>
    public void NoteUnknown(IReadOnlySet<string> silent)
    {
        HashSet<string> said = [];
        foreach (UnitOption option in file.Options)
        {
            string key = $"{option.Section}.{option.Name}";
            bool isOthers = option.Section.StartsWith("X-", StringComparison.Ordinal)
                || option.Name.StartsWith("X-", StringComparison.Ordinal) || silent.Contains(key);
            if (!isOthers && !_asked.Contains(key) && said.Add(key))
                _notes.Add($"[{option.Section}] {option.Name}= is not done by the embedded runner and is ignored");
        }
    }
}
