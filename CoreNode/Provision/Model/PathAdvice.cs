namespace CoreNode.Provision.Model;

/// <summary>Where to put what cannot be where it was meant to be. Pure.</summary>
public static class PathAdvice
{
    // Folders of the image, and those of the machine's that are read beside and before them.
    private static readonly (string Below, string Instead)[] s_instead =
    [
        ("/usr/lib/systemd/", "/etc/systemd/"), ("/usr/local/lib/systemd/", "/etc/systemd/"),
        ("/usr/lib/udev/", "/etc/udev/"), ("/usr/lib/sysctl.d/", "/etc/sysctl.d/"),
        ("/usr/lib/tmpfiles.d/", "/etc/tmpfiles.d/"), ("/usr/lib/sysusers.d/", "/etc/sysusers.d/"),
        ("/usr/lib/modules-load.d/", "/etc/modules-load.d/"), ("/usr/lib/modprobe.d/", "/etc/modprobe.d/"),
        ("/usr/local/etc/", "/etc/"), ("/usr/etc/", "/etc/"), ("/usr/local/", "/opt/"), ("/usr/bin/", "/opt/bin/"),
        ("/usr/sbin/", "/opt/bin/"), ("/usr/share/", "/opt/share/"), ("/usr/lib/", "/opt/lib/"),
        ("/proc/sys/", "a setting in a file below /etc/sysctl.d/"),
    ];

    /// <summary>True below /usr, which is the image's and read-only.</summary>
    public static bool IsOfImage(string path) => path == "/usr" || path.StartsWith("/usr/", StringComparison.Ordinal);

    /// <summary>What to write in place of a path that begins with a slash and cannot be written.</summary>
    public static string Of(string path)
    {
        foreach ((string below, string instead) in s_instead)
        {
            if (!path.StartsWith(below, StringComparison.Ordinal) || path.Length == below.Length)
                continue;
            return instead.EndsWith('/') && instead[0] == '/'
                ? $"write {instead}{path[below.Length..]}"
                : $"write {instead}";
        }

        return IsOfImage(path)
            ? "programs belong below /opt/bin, settings below /etc, data below /var/lib"
            : "write a unit whose ExecStart= sets it at each boot";
    }
}
