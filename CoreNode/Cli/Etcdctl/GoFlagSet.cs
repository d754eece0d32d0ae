using CoreNode.Foundation;

namespace CoreNode.Cli.Etcdctl;

/// <summary>
/// Parses flags by the rules of Go's flag package with the reordering that etcdctl's command line library adds: one or
/// two dashes, "=value" or the next word, flags also after arguments, everything after "--" is an argument, the first
/// unknown flag is an error.
/// </summary>
internal sealed class GoFlagSet(IReadOnlyList<GoFlag> flags)
{
    private readonly Dictionary<string, object> _values = [];

    /// <summary>What is left after the flags.</summary>
    public List<string> Arguments { get; private set; } = [];

    /// <summary>
    /// Parses flags that may stand anywhere (a command's). With <paramref name="keepsSeparator"/> a "--" after an
    /// argument stays among the arguments, for commands that look for it. Null, or what is wrong in Go's words.
    /// </summary>
    public string? ParseReordered(IReadOnlyList<string> words, bool keepsSeparator)
    {
        var front = new List<string>();
        var rest = new List<string>();
        bool nextMayBeValue = false;
        for (int at = 0; at < words.Count; at++)
        {
            string word = words[at];
            if (nextMayBeValue && !IsKnown(word) && !(keepsSeparator && word == "--"))
            {
                nextMayBeValue = false;
                front.Add(word);
            }
            else if (word == "--")
            {
                return keepsSeparator
                    ? Parse([.. front, .. rest, .. ListPart.From(words, at)])
                    : Parse([.. front, "--", .. rest, .. ListPart.From(words, at + 1)]);
            }
            else if (IsKnown(word))
            {
                front.Add(word);
                nextMayBeValue = !word.Contains('=', StringComparison.Ordinal);
            }
            else
            {
                rest.Add(word);
            }
        }

        return Parse([.. front, .. rest]);
    }

    /// <summary>Parses flags up to the first argument. Null, or what is wrong in Go's words.</summary>
    public string? Parse(IReadOnlyList<string> words)
    {
        int at = 0;
        while (at < words.Count && words[at].Length > 1 && words[at][0] == '-')
        {
            string word = words[at++];
            if (word == "--")
                break;
            string? problem = ParseOne(word, words, ref at);
            if (problem is not null)
                return problem;
        }

        Arguments = [.. ListPart.From(words, at)];
        return null;
    }

    /// <summary>True if the flag was given and not =false.</summary>
    public bool Has(string name) => _values.TryGetValue(name, out object? value) && (bool)value;

    /// <summary>A text flag's value; null if not given.</summary>
    public string? Text(string name) => (string?)_values.GetValueOrDefault(name);

    /// <summary>The values of a flag that may be given several times.</summary>
    public IReadOnlyList<string> Texts(string name) => (string[]?)_values.GetValueOrDefault(name) ?? [];

    /// <summary>A number flag's value; 0 if not given.</summary>
    public long Number(string name) => _values.TryGetValue(name, out object? value) ? (long)value : 0;

    /// <summary>A duration flag's value; null if not given.</summary>
    public TimeSpan? Duration(string name) => (TimeSpan?)_values.GetValueOrDefault(name);

    private string? ParseOne(string word, IReadOnlyList<string> words, ref int at)
    {
        string body = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word[1..];
        if (body.Length == 0 || body[0] is '-' or '=')
            return $"bad flag syntax: {word}";
        int equals = body.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? body : body[..equals];
        string? value = equals < 0 ? null : body[(equals + 1)..];
        GoFlag? flag = Find(name);
        if (flag is null)
            return $"flag provided but not defined: -{name}";
        if (flag.Kind == GoFlagKind.Boolean)
            return Set(flag, name, value ?? "true");
        if (value is null)
        {
            if (at >= words.Count)
                return $"flag needs an argument: -{name}";
            value = words[at++];
        }

        return Set(flag, name, value);
    }

    private string? Set(GoFlag flag, string name, string value)
    {
        (object? parsed, string fault) = flag.Kind switch
        {
            GoFlagKind.Text => (value, ""),
            GoFlagKind.Texts => ((object?)(string[])[.. Texts(flag.Names[0]), value], ""),
            GoFlagKind.Boolean => ((object?)ParseBoolean(value), "parse error"),
            GoFlagKind.Number => ParseNumber(value),
            GoFlagKind.Duration => ((object?)GoDuration.Parse(value), "parse error"),
            _ => throw new InvalidOperationException("an unknown kind of flag"),
        };
        if (parsed is null)
        {
            return flag.Kind == GoFlagKind.Boolean
                ? $"invalid boolean value \"{value}\" for -{name}: {fault}"
                : $"invalid value \"{value}\" for flag -{name}: {fault}";
        }

        _values[flag.Names[0]] = parsed;
        return null;
    }

    private bool IsKnown(string word)
    {
        if (word is "-" or "--" || !word.StartsWith('-'))
            return false;
        return Find(word.TrimStart('-').Split('=')[0]) is not null;
    }

    private GoFlag? Find(string name) => flags.FirstOrDefault(flag => flag.Names.Contains(name));

    private static bool? ParseBoolean(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    private static (object?, string) ParseNumber(string value)
    {
        string digits = value.TrimStart('+', '-');
        bool isHex = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isOctal = !isHex && digits.Length > 1 && digits[0] == '0';
        if (digits.Length == 0 || value.Length - digits.Length > 1)
            return (null, "parse error");
        (ulong magnitude, bool isTooLarge) = (0, false);
        uint radix = isHex ? 16u : isOctal ? 8u : 10u;
        foreach (char c in isHex ? digits.AsSpan(2) : digits)
        {
            uint digit = DigitOf(c);
            if (digit >= radix)
                return (null, "parse error");
            isTooLarge |= magnitude > (ulong.MaxValue - digit) / radix;
            magnitude = unchecked((magnitude * radix) + digit);
        }

        bool isNegative = value[0] == '-';
        if (isTooLarge || magnitude > (isNegative ? 1UL << 63 : long.MaxValue))
            return (null, "value out of range");
        return (unchecked(isNegative ? -(long)magnitude : (long)magnitude), "");
    }

    private static uint DigitOf(char c) => c switch
    {
        >= '0' and <= '9' => (uint)(c - '0'),
        >= 'a' and <= 'f' => (uint)(c - 'a' + 10),
        >= 'A' and <= 'F' => (uint)(c - 'A' + 10),
        _ => uint.MaxValue,
    };
}
