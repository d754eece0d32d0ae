using System.Globalization;
using System.Text;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// /etc/corenode/corenode.yaml as it is written from a configuration: a flat map, sorted, all values quoted.
/// </summary>
internal static class NodeOptionsText
{
    private const string Header =
        "# Written by \"corenode config apply\" from this machine's configuration, and again at each boot.\n";

    private const string Advice =
        "# To change an option, change the configuration (its section \"corenode:\"). A file without the first line\n"
        + "# is never replaced.\n";

    /// <summary>True if that text was written here.</summary>
    public static bool IsOurs(string text) => text.StartsWith(Header, StringComparison.Ordinal);

    /// <summary>The text; a later option of a name wins.</summary>
    public static string Write(IReadOnlyList<DesiredOption> options)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (DesiredOption option in options)
            values[option.Name] = option.Value;
        StringBuilder text = new(Header + Advice);
        foreach (KeyValuePair<string, string> option in values)
            text.Append(Plain(option.Key)).Append(": ").Append(Quoted(option.Value)).Append('\n');
        return text.ToString();
    }

    private static string Plain(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return Quoted(name);
        }

        return name.Length == 0 || char.IsAsciiDigit(name[0]) || name[0] is '-' or '.' ? Quoted(name) : name;
    }

    // YAML 1.2, 7.3.1: what is between double quotes is taken by its escapes alone.
    private static string Quoted(string value)
    {
        StringBuilder text = new("\"");
        foreach (char c in value)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else if (c == '\n')
                text.Append("\\n");
            else if (c == '\t')
                text.Append("\\t");
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF')
                text.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
