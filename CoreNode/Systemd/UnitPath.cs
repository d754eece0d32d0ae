using System.Globalization;
using System.Text;

namespace CoreNode.Systemd;

/// <summary>
/// Names of units as D-Bus object paths: what is no letter or digit is written as _ and two hex digits.
/// </summary>
internal static class UnitPath
{
    /// <summary>All objects of units lie below.</summary>
    public const string Prefix = "/org/freedesktop/systemd1/unit/";

    /// <summary>The object of a unit.</summary>
    public static string Of(string name)
    {
        StringBuilder path = new(Prefix, Prefix.Length + name.Length + 16);
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        for (int i = 0; i < bytes.Length; i++)
        {
            char letter = (char)bytes[i];
            bool isPlain = char.IsAsciiLetter(letter) || (char.IsAsciiDigit(letter) && i > 0);
            if (isPlain)
                path.Append(letter);
            else
                path.Append('_').Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
        }

        return path.ToString();
    }

    /// <summary>The D-Bus interface of what is special to the unit's type; empty for a name without a suffix.</summary>
    public static string Interface(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot < 0 || dot + 1 == name.Length
            ? ""
            : $"org.freedesktop.systemd1.{char.ToUpperInvariant(name[dot + 1])}{name[(dot + 2)..]}";
    }
}
