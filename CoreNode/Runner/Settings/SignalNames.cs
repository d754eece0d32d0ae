using System.Globalization;

namespace CoreNode.Runner.Settings;

/// <summary>Signals by name, on x86-64 Linux. Pure.</summary>
internal static class SignalNames
{
    private static readonly string[] s_names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The name of a signal without "SIG".</summary>
    public static string Of(int signal)
    {
        if (signal > 0 && signal < s_names.Length)
            return s_names[signal];
        return signal is >= 34 and <= 64
            ? string.Create(CultureInfo.InvariantCulture, $"RTMIN+{signal - 34}")
            : signal.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The number of a signal by name, with or without "SIG", or by number; null if there is none.</summary>
    public static int? Find(string text)
    {
        if (int.TryParse(text, CultureInfo.InvariantCulture, out int number))
            return number is > 0 and <= 64 ? number : null;
        string name = text.StartsWith("SIG", StringComparison.Ordinal) ? text[3..] : text;
        if (name.StartsWith("RTMIN+", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(6), CultureInfo.InvariantCulture, out int offset) && offset is >= 0 and <= 30)
        {
            return 34 + offset;
        }

        int at = Array.IndexOf(s_names, name);
        return at > 0 ? at : null;
    }
}
