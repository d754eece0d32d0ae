namespace CoreNode.Hosting;

/// <summary>What the options say about updates of this machine.</summary>
public sealed record UpdateOptions
{
    /// <summary>False: this node does not update its machine (--modules without updates).</summary>
    public required bool IsOn { get; init; }

    /// <summary>Where is asked, before what update.conf says; empty: that counts.</summary>
    public string Server { get; init; } = "";

    /// <summary>The group, before what update.conf says; empty: that counts.</summary>
    public string Group { get; init; } = "";

    /// <summary>Authorities that alone may vouch for update servers; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The disk or image file with the slots; null: the one that the machine runs from.</summary>
    public string? Disk { get; init; }

    /// <summary>
    /// Folder with the kernels that are beside the slots; null: the first of the usual ones that is there.
    /// </summary>
    public string? BootFolder { get; init; }

    /// <summary>Folder with the keys that payloads must be signed by.</summary>
    public string KeysFolder { get; init; } = "/etc/corenode/update-keys";

    /// <summary>Most bytes a second that are fetched, and written; 0: no limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Whether payloads are fetched from other nodes, and given to them.</summary>
    public bool IsShared { get; init; } = true;

    /// <summary>Most bytes of payloads that are kept for other nodes.</summary>
    public long ShareBytes { get; init; }

    /// <summary>Most bytes a second that are sent to other nodes; 0: no limit.</summary>
    public long ShareBytesPerSecond { get; init; }

    /// <summary>Folder with the operator's checks of health.</summary>
    public string HealthFolder { get; init; } = "/etc/corenode/health.d";

    /// <summary>How long a new version has to become healthy.</summary>
    public TimeSpan HealthDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a new version must have run before it is marked good.</summary>
    public TimeSpan HealthSettle { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>In whose place of / the machine is looked at.</summary>
    public string Root { get; init; } = "/";

    /// <summary>What restarts the machine, as words; empty: what the machine has for that.</summary>
    public IReadOnlyList<string> RebootCommand { get; init; } = [];
}
