using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>
/// The machine's addresses put where a text names them: $public_ipv4, $private_ipv4, $public_ipv6 and $private_ipv6, in
/// the raw text and whatever stands behind them, as coreos-cloudinit does; a backslash before keeps the name.
/// </summary>
public static class AddressText
{
    private static readonly string[] s_names = ["$public_ipv4", "$private_ipv4", "$public_ipv6", "$private_ipv6"];

    /// <summary>What each field of one has, and else of the other.</summary>
    public static MachineAddresses Or(MachineAddresses first, MachineAddresses second) => new()
    {
        PublicIPv4 = Or(first.PublicIPv4, second.PublicIPv4),
        PrivateIPv4 = Or(first.PrivateIPv4, second.PrivateIPv4),
        PublicIPv6 = Or(first.PublicIPv6, second.PublicIPv6),
        PrivateIPv6 = Or(first.PrivateIPv6, second.PrivateIPv6),
    };

    /// <summary>The text with the addresses in it.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="addresses">What is known; the name of one that is not becomes nothing.</param>
    /// <param name="unknown">Gets each name that became nothing, once, and where.</param>
    /// <param name="shifts">Gets what was put in where.</param>
    public static string Substitute(
        string text, MachineAddresses addresses, List<MapEntry> unknown, TextShifts shifts)
    {
        int next = text.IndexOf('$');
        if (next < 0)
            return text;
        StringBuilder result = new(text.Length);
        int copied = 0;
        (int line, int start, int newStart) = (1, 0, 0);
        for (; next >= 0; next = next + 1 < text.Length ? text.IndexOf('$', next + 1) : -1)
        {
            string? name = NameAt(text, next);
            if (name is null)
                continue;
            bool isKept = next > copied && text[next - 1] == '\\';
            int begin = isKept ? next - 1 : next;
            for (int at = copied; at < begin; at++)
            {
                result.Append(text[at]);
                if (!EndsLine(text, at))
                    continue;
                line++;
                (start, newStart) = (at + 1, result.Length);
            }

            string value = isKept ? name : ValueOf(name, addresses);
            shifts.Add(line, result.Length - newStart + 1, value.Length, begin - start + 1, next + name.Length - begin);
            result.Append(value);
            copied = next + name.Length;
            if (value.Length == 0 && !unknown.Exists(one => one.Key == name))
                unknown.Add(Entry(name, text, next));
        }

        return result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>The addresses as lines of /etc/environment, those that are known.</summary>
    public static IReadOnlyList<DesiredVariable> Variables(MachineAddresses addresses)
    {
        List<DesiredVariable> variables = [];
        foreach (string name in s_names)
        {
            string value = ValueOf(name, addresses);
            if (value.Length > 0)
                variables.Add(new DesiredVariable($"COREOS_{name[1..].ToUpperInvariant()}", value));
        }

        return variables;
    }

    // As YAML 1.1 parts lines.
    private static bool EndsLine(string text, int at) => text[at] is '\n' or '\u0085' or '\u2028' or '\u2029'
        || (text[at] == '\r' && (at + 1 == text.Length || text[at + 1] != '\n'));

    private static string? NameAt(string text, int at)
    {
        foreach (string name in s_names)
        {
            if (string.CompareOrdinal(text, at, name, 0, name.Length) == 0)
                return name;
        }

        return null;
    }

    private static string ValueOf(string name, MachineAddresses addresses) => name switch
    {
        "$public_ipv4" => addresses.PublicIPv4,
        "$private_ipv4" => addresses.PrivateIPv4,
        "$public_ipv6" => addresses.PublicIPv6,
        _ => addresses.PrivateIPv6,
    };

    private static MapEntry Entry(string name, string text, int at)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, at);
        TextPlace place = new(before.Count('\n') + 1, at - before.LastIndexOf('\n'));
        return new MapEntry(name, place, new ScalarNode("", ScalarForm.Null, place));
    }

    private static string Or(string first, string second) => first.Length > 0 ? first : second;
}
