namespace CoreNode.Provision.Planning;

/// <summary>Where systemd looks for units (systemd.unit(5)) and networkd for its own.</summary>
internal static class UnitPaths
{
    /// <summary>Units that stay.</summary>
    public const string System = "/etc/systemd/system";

    /// <summary>Units that are gone after a reboot.</summary>
    public const string Runtime = "/run/systemd/system";

    /// <summary>Network units that stay.</summary>
    public const string Network = "/etc/systemd/network";

    /// <summary>Network units that are gone after a reboot.</summary>
    public const string RuntimeNetwork = "/run/systemd/network";

    /// <summary>A masked unit leads there.</summary>
    public const string Null = "/dev/null";

    /// <summary>Where a unit is looked for, the first that has it wins.</summary>
    public static readonly string[] Search =
        [System, Runtime, "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    /// <summary>True for what systemd reads anew by a reload.</summary>
    public static bool IsUnit(string path) =>
        TargetPath.IsBelow(path, System) || TargetPath.IsBelow(path, Runtime) || TargetPath.IsBelow(path, Search[2]);

    /// <summary>True for what networkd reads when it is restarted.</summary>
    public static bool IsNetwork(string path) =>
        TargetPath.IsBelow(path, Network) || TargetPath.IsBelow(path, RuntimeNetwork);

    /// <summary>True if that can be the name of a file of a unit.</summary>
    public static bool IsName(string name)
    {
        bool isName = name.Length is > 0 and <= 255 && name[0] != '.';
        foreach (char c in name)
            isName &= c > ' ' && c < 0x7F && c != '/';
        return isName;
    }
}
