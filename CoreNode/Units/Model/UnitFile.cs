using System.Security.Cryptography;
using System.Text;

namespace CoreNode.Units.Model;

/// <summary>
/// A unit file as its options in order (systemd.syntax(7)); comments and empty lines are not kept. Immutable, any
/// thread.
/// </summary>
public sealed class UnitFile
{
    /// <summary>Longest text that is taken, in characters.</summary>
    public const int MaxLength = 512 * 1024;

    private readonly int[] _lines;
    private readonly string[] _sections;
    private string? _text;
    private string? _hash;

    private UnitFile(UnitOption[] options, int[] lines, string[] sections)
    {
        Options = options;
        _lines = lines;
        _sections = sections;
    }

    /// <summary>All options in the order of the text.</summary>
    public IReadOnlyList<UnitOption> Options { get; }

    /// <summary>Sections in the order of the text, also those without an option.</summary>
    public IReadOnlyList<string> Sections => _sections;

    /// <summary>
    /// The text in normal form, which the hash is taken of (fleet: A.3): options of one section together, one empty
    /// line between sections.
    /// </summary>
    public string Text => _text ??= Write(Options);

#pragma warning disable CA5350 // It names a text, as fleet does; it guards nothing.
    /// <summary>SHA-1 of <see cref="Text"/>: 40 lower-case hex digits.</summary>
    public string Hash => _hash ??= Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(Text)));
#pragma warning restore CA5350

    /// <summary>What it says of itself ([Unit] Description=); empty if nothing.</summary>
    public string Description => Value("Unit", "Description") ?? "";

    /// <summary>Reads a text; null with the problems where it cannot be taken.</summary>
    public static UnitFile? Parse(string text, out IReadOnlyList<UnitProblem> problems)
    {
        UnitFileReader reader = new(text);
        reader.Read();
        problems = reader.Problems;
        foreach (UnitProblem problem in problems)
        {
            if (problem.IsError)
                return null;
        }

        return new UnitFile([.. reader.Options], [.. reader.Lines], [.. reader.Sections]);
    }

    /// <summary>
    /// Of options, as the API gets them. White space around names and values is dropped, as everywhere;
    /// <see cref="UnitVerifier"/> finds what no file could hold.
    /// </summary>
    public static UnitFile Of(IEnumerable<UnitOption> options)
    {
        List<UnitOption> kept = [];
        List<string> sections = [];
        foreach (UnitOption option in options)
        {
            kept.Add(new UnitOption(option.Section, option.Name.Trim(), UnitFileReader.Normal(option.Value)));
            if (!sections.Contains(option.Section))
                sections.Add(option.Section);
        }

        UnitOption[] all = [.. kept];
        return new UnitFile(all, LinesOf(all, sections), [.. sections]);
    }

    /// <summary>Of options that were made from a text, with the line there that each is made of.</summary>
    public static UnitFile Of(IReadOnlyList<UnitOption> options, IReadOnlyList<int> lines)
    {
        UnitFile made = Of(options);
        return new UnitFile([.. made.Options], [.. lines], made._sections);
    }

    /// <summary>All values of one key in order, each on one line; an empty value resets what stood before.</summary>
    public IReadOnlyList<string> Values(string section, string name)
    {
        List<string> values = [];
        foreach (UnitOption option in Options)
        {
            if (option.Name != name || option.Section != section)
                continue;
            if (option.Value.Length == 0)
                values.Clear();
            else
                values.Add(option.JoinedValue);
        }

        return values;
    }

    /// <summary>The last value of a key that holds one value; null if there is none.</summary>
    public string? Value(string section, string name)
    {
        IReadOnlyList<string> values = Values(section, name);
        return values.Count == 0 ? null : values[^1];
    }

    /// <summary>True if the section is there, with options or without.</summary>
    public bool HasSection(string section) => Array.IndexOf(_sections, section) >= 0;

    /// <summary>1-based line of an option, by its place in <see cref="Options"/>: of the text that was read, else of
    /// <see cref="Text"/>.</summary>
    public int LineOf(int option) => _lines[option];

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Write(IReadOnlyList<UnitOption> options)
    {
        List<string> sections = [];
        foreach (UnitOption option in options)
        {
            if (!sections.Contains(option.Section))
                sections.Add(option.Section);
        }

        StringBuilder text = new();
        foreach (string section in sections)
        {
            if (text.Length > 0)
                text.Append('\n');
            text.Append('[').Append(section).Append("]\n");
            foreach (UnitOption option in options)
            {
                if (option.Section == section)
                    text.Append(option.Name).Append('=').Append(option.Value).Append('\n');
            }
        }

        return text.ToString();
    }

    private static int[] LinesOf(UnitOption[] options, List<string> sections)
    {
        int[] lines = new int[options.Length];
        int line = 1;
        foreach (string section in sections)
        {
            line++;
            for (int i = 0; i < options.Length; i++)
            {
                if (options[i].Section != section)
                    continue;
                lines[i] = line++;
                foreach (char c in options[i].Value)
                    line += c == '\n' ? 1 : 0;
            }

            line++;
        }

        return lines;
    }
}
