namespace CoreNode.Systemd;

/// <summary>Which systemd is used and where units of the cluster lie on this machine.</summary>
public sealed record SystemdOptions
{
    /// <summary>
    /// Texts of units, one file each. On a file system that a reboot empties: the cluster decides anew.
    /// </summary>
    public string UnitsFolder { get; init; } = "/run/corenode/units";

    /// <summary>Where systemd has links and drop-ins that a reboot removes.</summary>
    public string RuntimeFolder { get; init; } = "/run/systemd/system";

    /// <summary>
    /// Put before each path that this process opens; empty: systemd sees the same files. Another one is used for a
    /// systemd with a root of its own.
    /// </summary>
    public string Root { get; init; } = "";

    /// <summary>Tried in this order.</summary>
    public IReadOnlyList<BusAddress> Addresses { get; init; } = [BusAddress.Private, BusAddress.System];

    /// <summary>Folder of journal files; null: this machine's journal.</summary>
    public string? JournalFolder { get; init; }

    /// <summary>
    /// The number that this process has for a process of that systemd: the same, unless that one numbers them anew.
    /// </summary>
    internal Func<int, int> OwnPid { get; init; } = static pid => pid;
}
