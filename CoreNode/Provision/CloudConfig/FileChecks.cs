using System.Globalization;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.CloudConfig;

/// <summary>What is wrong with paths and permissions.</summary>
internal static class FileChecks
{
    private const int LongestPath = 4095;
    private const int LongestName = 255;
    private const int MostShown = 200;

    // Bits that people give files, for those who wrote them as a decimal number.
    private static readonly int[] s_usual =
    [
        Octal("400"), Octal("440"), Octal("444"), Octal("500"), Octal("550"), Octal("555"), Octal("600"), Octal("640"),
        Octal("644"), Octal("660"), Octal("664"), Octal("666"), Octal("700"), Octal("750"), Octal("755"), Octal("770"),
        Octal("775"), Octal("777"),
    ];

    /// <summary>
    /// The path without doubled slashes and dots; null, with reason and suggestion, if nothing may be there.
    /// </summary>
    public static string? Path(string path, out string problem, out string suggestion)
    {
        problem = "";
        suggestion = "";
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
                (problem, suggestion) = ("\"..\" is not allowed in a path", "write the path that is meant");
            else if (System.Text.Encoding.UTF8.GetByteCount(part) > LongestName)
            {
                (problem, suggestion) = (
                    $"a name in a path has at most {LongestName} bytes", "choose a shorter one");
            }

            parts.Add(part);
        }

        string clean = "/" + string.Join('/', parts);
        if (!path.StartsWith('/'))
        {
            bool isFile = problem.Length == 0 && parts.Count > 0 && !HasControl(path);
            suggestion = isFile && parts[0][0] != '~'
                ? $"write {Shown(clean)}"
                : "write the whole path, such as /etc/motd";
            problem = "a path begins with a slash";
        }
        else if (path.Length > LongestPath)
            (problem, suggestion) = ($"a path has at most {LongestPath} characters", "choose a shorter one");
        else if (HasControl(path))
            (problem, suggestion) = ("a path has no control characters", "leave them out");
        else if (parts.Count == 0 || path.EndsWith('/'))
        {
            string example = parts.Count == 0 ? "/etc/motd" : $"{clean}/NAME";
            (problem, suggestion) = ("this is a folder: the name of a file is needed", $"write {Shown(example)}");
        }
        else if (problem.Length == 0 && OfPlace(parts) is { Length: > 0 } place)
            (problem, suggestion) = (place, PathAdvice.Of(clean.Length <= MostShown ? clean : "/usr"));
        return problem.Length == 0 ? clean : null;
    }

    /// <summary>Permission bits; null, with reason and suggestion, if the text is none: ^0?[0-7]{3,4}$.</summary>
    public static int? Mode(string text, out string problem, out string suggestion)
    {
        suggestion = "write them as chmod has them, in quotes: \"0644\"";
        problem = "";
        bool isOctal = text.Length is 3 or 4 || (text.Length == 5 && text[0] == '0');
        bool isDecimal = text.Length > 0;
        foreach (char letter in text)
        {
            isOctal &= letter is >= '0' and <= '7';
            isDecimal &= char.IsAsciiDigit(letter);
        }

        int? meant = isDecimal && text.Length < 5 && text[0] != '0'
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
        if (meant is not null && Array.IndexOf(s_usual, meant.Value) < 0)
            meant = null;
        if (isOctal)
        {
            if (meant is { } number)
            {
                problem = $"permissions are read as octal, so {text} is {Bits(Octal(text))}";
                suggestion = $"if it is the decimal form of {Bits(number)}, write \"{Bits(number)}\"";
            }

            return Octal(text);
        }

        problem = $"permissions are three or four octal digits, this is {Report.Shown(text)}";
        string digits = text.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? text[2..] : "";
        if (digits.Length is 3 or 4 && digits.AsSpan().IndexOfAnyExceptInRange('0', '7') < 0)
            suggestion = $"write \"0{digits.TrimStart('0')}\"";
        else if (meant is { } bits)
            suggestion = $"that is decimal: write \"{Bits(bits)}\"";
        return null;
    }

    private static string OfPlace(List<string> parts) => parts[0] switch
    {
        "usr" => "/usr is read-only: the system's image has it, and the next update replaces it",
        "proc" or "sys" or "dev" => $"/{parts[0]} holds the kernel's own files, which nobody can replace",
        _ => "",
    };

    private static bool HasControl(string text)
    {
        foreach (char letter in text)
        {
            if (char.IsControl(letter))
                return true;
        }

        return false;
    }

    private static string Shown(string text) => Report.Shown(text).Trim('"');

    private static string Bits(int mode) => "0" + Convert.ToString(mode, 8).PadLeft(3, '0');

    private static int Octal(string text) => Convert.ToInt32(text, 8);
}
