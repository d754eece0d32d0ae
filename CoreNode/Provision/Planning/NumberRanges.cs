using System.Globalization;

namespace CoreNode.Provision.Planning;

/// <summary>Which numbers new users and groups get (login.defs(5)); useradd's defaults where nothing is said.</summary>
internal sealed class NumberRanges
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads /etc/login.defs; "" where there is none.</summary>
    public NumberRanges(string text)
    {
        foreach (string line in RawText.Lines(text))
        {
            string[] words = line.Split(
                (char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 2 && AccountEditor.Number(words[1]) is not null)
                _values[words[0]] = words[1];
        }
    }

    /// <summary>
    /// A number that is not in there as text: the lowest one for people, the highest one for the system; null: all
    /// are.
    /// </summary>
    public uint? Free(bool isSystem, bool isGroup, HashSet<string> taken)
    {
        string name = $"{(isSystem ? "SYS_" : "")}{(isGroup ? "GID" : "UID")}_";
        long low = Value(name + "MIN", isSystem ? 100u : 1000u);
        long high = Value(name + "MAX", isSystem ? 999u : 59999u);
        for (long i = 0; i <= high - low; i++)
        {
            uint number = (uint)(isSystem ? high - i : low + i);
            if (!taken.Contains(number.ToString(CultureInfo.InvariantCulture)))
                return number;
        }

        return null;
    }

    private uint Value(string name, uint other) =>
        _values.TryGetValue(name, out string? text) ? AccountEditor.Number(text) ?? other : other;
}
