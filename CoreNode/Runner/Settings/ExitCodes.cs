using System.Globalization;

namespace CoreNode.Runner.Settings;

/// <summary>Exit codes with a name (systemd.exec(5), Process Exit Codes). Pure.</summary>
internal static class ExitCodes
{
    public const int ChangeFolder = 200;
    public const int Nice = 201;
    public const int Execute = 203;
    public const int Limits = 205;
    public const int StandardInput = 208;
    public const int StandardOutput = 209;
    public const int ControlGroup = 219;
    public const int Group = 216;
    public const int User = 217;
    public const int StandardError = 222;
    public const int RuntimeDirectory = 233;

    private static readonly Dictionary<int, string> s_names = new()
    {
        [0] = "SUCCESS",
        [1] = "FAILURE",
        [2] = "INVALIDARGUMENT",
        [3] = "NOTIMPLEMENTED",
        [4] = "NOPERMISSION",
        [5] = "NOTINSTALLED",
        [6] = "NOTCONFIGURED",
        [7] = "NOTRUNNING",
        [ChangeFolder] = "CHDIR",
        [Nice] = "NICE",
        [Execute] = "EXEC",
        [Limits] = "LIMITS",
        [StandardInput] = "STDIN",
        [StandardOutput] = "STDOUT",
        [Group] = "GROUP",
        [User] = "USER",
        [ControlGroup] = "CGROUP",
        [StandardError] = "STDERR",
        [RuntimeDirectory] = "RUNTIME_DIRECTORY",
        [64] = "USAGE",
        [65] = "DATAERR",
        [66] = "NOINPUT",
        [67] = "NOUSER",
        [68] = "NOHOST",
        [69] = "UNAVAILABLE",
        [70] = "SOFTWARE",
        [71] = "OSERR",
        [72] = "OSFILE",
        [73] = "CANTCREAT",
        [74] = "IOERR",
        [75] = "TEMPFAIL",
        [76] = "PROTOCOL",
        [77] = "NOPERM",
        [78] = "CONFIG",
    };

    /// <summary>"203/EXEC", or the number alone where it has no name.</summary>
    public static string Text(int code) => s_names.TryGetValue(code, out string? name)
        ? string.Create(CultureInfo.InvariantCulture, $"{code}/{name}")
        : string.Create(CultureInfo.InvariantCulture, $"{code}/n/a");

    /// <summary>The code of a name; null if there is none.</summary>
    public static int? Find(string name)
    {
        foreach ((int code, string known) in s_names)
        {
            if (known == name)
                return code;
        }

        return null;
    }
}
