using System.Globalization;

namespace CoreNode.Hosting;

/// <summary>The flags about updates, and how they are read.</summary>
internal static class UpdateFlags
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    /// <summary>In the order of help.</summary>
    public static readonly IReadOnlyList<NodeFlag> All =
    [
        new("update-server", "", "URL", "update server (default: SERVER= of update.conf; \"disabled\" for none)"),
        new("update-group", "", "NAME", "the group that is asked for (default: GROUP= of update.conf, else stable)"),
        new("update-ca-file", "", "FILE", "CA of https update servers (PEM; default: the system's)"),
        new("update-disk", "", "PATH", "disk or image file with the slots (default: the one this machine runs from)"),
        new("update-boot", "", "FOLDER", "where kernels go (default: /boot/corenode, /boot/coreos or /boot/flatcar)"),
        new("update-keys", "/etc/corenode/update-keys", "FOLDER", "keys that payloads must be signed by"),
        new("update-rate", "0", "BYTES", "most bytes a second that an update fetches and writes; 0 for no limit"),
        new("update-share", "on", "on|off", "payloads come from other nodes of the cluster that have them"),
        new("update-share-bytes", "2147483648", "BYTES", "most that is kept of payloads for others; 0 for nothing"),
        new("update-share-rate", "50000000", "BYTES", "most bytes a second sent to other nodes; 0 for no limit"),
        new("update-health", "/etc/corenode/health.d", "FOLDER", "executables that must succeed in a new version"),
        new("update-health-deadline", "10m", "TIME", "how long a new version has to become healthy"),
        new("update-settle", "45s", "TIME", "how long a new version must have run to be marked good"),
        new("update-root", "/", "FOLDER", "where the machine's own files (/proc, /etc, /usr) are looked at"),
        new("reboot-command", "", "WORDS", "what restarts the machine (default: systemctl reboot, or reboot)"),
    ];

    /// <summary>Reads them; what is wrong is added to the problems.</summary>
    public static UpdateOptions Read(Func<string, string> text, List<string> problems) => new()
    {
        IsOn = text("modules").Split(',').Contains("updates"),
        Server = Server(text("update-server"), problems),
        Group = text("update-group"),
        CaFile = text("update-ca-file") is { Length: > 0 } ca ? Path.GetFullPath(ca) : null,
        Disk = text("update-disk") is { Length: > 0 } disk ? Path.GetFullPath(disk) : null,
        BootFolder = text("update-boot") is { Length: > 0 } boot ? Path.GetFullPath(boot) : null,
        KeysFolder = Path.GetFullPath(text("update-keys")),
        BytesPerSecond = Bytes("update-rate", text, problems),
        IsShared = IsShared(text("update-share"), problems),
        ShareBytes = Bytes("update-share-bytes", text, problems),
        ShareBytesPerSecond = Bytes("update-share-rate", text, problems),
        HealthFolder = Path.GetFullPath(text("update-health")),
        HealthDeadline = Time("update-health-deadline", text, problems),
        HealthSettle = Time("update-settle", text, problems),
        Root = Path.GetFullPath(text("update-root")),
        RebootCommand = text("reboot-command").Split(' ', StringSplitOptions.RemoveEmptyEntries),
    };

    private static string Server(string text, List<string> problems)
    {
        bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https";
        if (text.Length > 0 && text != "disabled" && !isUrl)
            problems.Add($"--update-server {text}: a URL such as https://updates.example.com/v1/update/ is needed");
        return text;
    }

    private static bool IsShared(string text, List<string> problems)
    {
        if (text is not ("on" or "off"))
            problems.Add($"--update-share {text}: it is on or off");
        return text == "on";
    }

    private static long Bytes(string name, Func<string, string> text, List<string> problems)
    {
        if (long.TryParse(text(name), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
            return bytes;
        problems.Add($"--{name} {text(name)}: a whole number of bytes is needed, such as 5000000");
        return 0;
    }

    private static TimeSpan Time(string name, Func<string, string> text, List<string> problems)
    {
        if (TimeText.TryParse(text(name), out TimeSpan time) && time > TimeSpan.Zero && time <= s_longest)
            return time;
        problems.Add($"--{name} {text(name)}: a time up to 24h is needed, such as 45s or 10m");
        return TimeSpan.FromMinutes(10);
    }
}
