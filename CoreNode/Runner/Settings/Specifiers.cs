using System.Globalization;
using System.Text;

namespace CoreNode.Runner.Settings;

/// <summary>Resolves %n, %i and the others (systemd.unit(5), Specifiers) for one unit. Pure.</summary>
internal sealed class Specifiers(string unit, HostFacts host)
{
    private readonly string _stem = unit[..unit.LastIndexOf('.')];

    /// <summary>Puts in what the specifiers mean; unknown ones stay as they are.</summary>
    public string Resolve(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        StringBuilder resolved = new();
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] != '%' || at + 1 == text.Length)
            {
                resolved.Append(text[at]);
                continue;
            }

            at++;
            if (Value(text[at]) is { } value)
                resolved.Append(value);
            else
                resolved.Append('%').Append(text[at]);
        }

        return resolved.ToString();
    }

    private string Prefix => _stem.Split('@', 2)[0];

    private string Instance => _stem.Split('@', 2) is [_, var instance] ? instance : "";

    private string? Value(char specifier) => specifier switch
    {
        '%' => "%",
        'n' => unit,
        'N' => _stem,
        'p' => Prefix,
        'P' => Unescape(Prefix),
        'i' => Instance,
        'I' => Unescape(Instance),
        'j' => LastPart(Prefix),
        'J' => Unescape(LastPart(Prefix)),
        'f' => "/" + Unescape(Instance.Length > 0 ? Instance : Prefix).TrimStart('/'),
        'm' => host.MachineId,
        'b' => host.BootId,
        'H' => host.HostName,
        'l' => host.HostName.Split('.')[0],
        'v' => host.KernelRelease,
        'a' => "x86-64",
        't' => "/run",
        'S' => "/var/lib",
        'C' => "/var/cache",
        'L' => "/var/log",
        'E' => "/etc",
        'T' => "/tmp",
        'V' => "/var/tmp",
        'h' => host.Home,
        's' => host.Shell,
        'u' or 'g' => host.User,
        'U' or 'G' => host.UserId.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string LastPart(string prefix) => prefix[(prefix.LastIndexOf('-') + 1)..];

    // systemd-escape: `-` stands for `/`, \xNN for a byte.
    private static string Unescape(string escaped)
    {
        List<byte> bytes = [];
        for (int at = 0; at < escaped.Length; at++)
        {
            if (escaped[at] == '\\' && at + 3 < escaped.Length && escaped[at + 1] == 'x'
                && byte.TryParse(
                    escaped.AsSpan(at + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                at += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes([escaped[at] == '-' ? '/' : escaped[at]]));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
