namespace CoreNode.Updates.Omaha;

/// <summary>
/// What update.conf and release files say (read again at each check), with the keys and the order of CoreOS: each key
/// comes from the first file that sets it. A flag of the node is before all files. Pure: files are handed in as text.
/// </summary>
public sealed class UpdateConfig
{
    /// <summary>The settings, the first file that has a key counts.</summary>
    public static IReadOnlyList<string> Files { get; } =
        ["/etc/coreos/update.conf", "/usr/share/coreos/update.conf", "/usr/share/coreos/release"];

    /// <summary>What the machine runs on, the first file that has a key counts.</summary>
    public static IReadOnlyList<string> OemFiles { get; } = ["/etc/oem-release", "/usr/share/oem/oem-release"];

    /// <summary>The word that stops updates (and only them: a slot is still marked good).</summary>
    public const string Disabled = "disabled";

    /// <summary>Where a setting comes from that nobody made.</summary>
    public const string DefaultOrigin = "default";

    private const string DefaultGroup = "stable";
    private const string LockPrefix = "LOCKSMITHD_";
    private static readonly string[] s_strategies = ["etcd-lock", "reboot", "off", "best-effort"];

    private UpdateConfig()
    {
    }

    /// <summary>Where to ask; null if nowhere, see <see cref="WhyNoServer"/>.</summary>
    public Uri? Server { get; private init; }

    /// <summary>Where the server's address comes from; null if there is none.</summary>
    public string? ServerOrigin { get; private init; }

    /// <summary>Why nobody is asked, one line; null if somebody is.</summary>
    public string? WhyNoServer { get; private init; }

    /// <summary>Switched off on purpose: no fault.</summary>
    public bool IsDisabled { get; private init; }

    /// <summary>The group, never empty.</summary>
    public UpdateSetting Group { get; private init; } = new(DefaultGroup, DefaultOrigin);

    /// <summary>How a reboot is decided: etcd-lock, reboot, off or best-effort; null if not set.</summary>
    public UpdateSetting? RebootStrategy { get; private init; }

    /// <summary>Server of measured-boot policies; null if not set.</summary>
    public UpdateSetting? PcrPolicyServer { get; private init; }

    /// <summary>User for basic authentication; null if not set.</summary>
    public string? User { get; private init; }

    /// <summary>Its password; never shown.</summary>
    public string? Password { get; private init; }

    /// <summary>The machine's name for people; null if not set.</summary>
    public UpdateSetting? MachineAlias { get; private init; }

    /// <summary>The version that runs; null if no release file says.</summary>
    public UpdateSetting? ReleaseVersion { get; private init; }

    /// <summary>The kind of image; null if no release file says.</summary>
    public UpdateSetting? Board { get; private init; }

    /// <summary>Identity of what is updated; CoreOS's if no release file says.</summary>
    public UpdateSetting App { get; private init; } = new(AppId.CoreOs, DefaultOrigin);

    /// <summary>What the machine runs on; empty if not set.</summary>
    public string Oem { get; private init; } = "";

    /// <summary>Version of what belongs to that; empty if not set.</summary>
    public string OemVersion { get; private init; } = "";

    /// <summary>Settings of the reboot lock (LOCKSMITHD_…), by key.</summary>
    public IReadOnlyDictionary<string, UpdateSetting> LockSettings { get; private init; } =
        new Dictionary<string, UpdateSetting>();

    /// <summary>What is wrong in the files, one complaint each; everything else counts.</summary>
    public IReadOnlyList<string> Problems { get; private init; } = [];

    /// <summary>Puts the settings together.</summary>
    /// <param name="settings">Those of <see cref="Files"/> that are there, in that order.</param>
    /// <param name="oem">Those of <see cref="OemFiles"/> that are there, in that order.</param>
    /// <param name="serverFlag">--update-server; null if not given.</param>
    /// <param name="groupFlag">--update-group; null if not given.</param>
    /// <param name="unreadable">Complaints about settings files that are there and cannot be read.</param>
    public static UpdateConfig Of(
        IReadOnlyList<SettingsFile> settings, IReadOnlyList<SettingsFile> oem, string? serverFlag, string? groupFlag,
        IReadOnlyList<string> unreadable)
    {
        List<string> problems = [.. unreadable, .. settings.Concat(oem).SelectMany(file => file.Problems)];
        UpdateSetting? server = Given(serverFlag, "--update-server") ?? Find(settings, "SERVER");
        UpdateSetting? strategy = Find(settings, "REBOOT_STRATEGY");
        if (strategy is not null && !s_strategies.Contains(strategy.Value))
        {
            problems.Add($"{strategy.Origin}: REBOOT_STRATEGY={ForeignWords.Shown(strategy.Value, 40)} is none of "
                + $"{string.Join(", ", s_strategies)}: it does not count");
            strategy = null;
        }

        bool isDisabled = server?.Value.Equals(Disabled, StringComparison.OrdinalIgnoreCase) == true;
        // A file that cannot be read may have held the word that stops updates.
        Uri? address = null;
        string? why = unreadable.Count > 0 && serverFlag is null
            ? $"nobody is asked for updates: {unreadable[0]}"
            : Judge(server, isDisabled, out address);
        if (why is not null && server is not null && !isDisabled && unreadable.Count == 0)
            problems.Add(why);
        return new UpdateConfig
        {
            Server = address,
            ServerOrigin = address is null ? null : server?.Origin,
            WhyNoServer = why,
            IsDisabled = isDisabled,
            Group = Given(groupFlag, "--update-group") ?? Find(settings, "GROUP") ?? new(DefaultGroup, DefaultOrigin),
            RebootStrategy = strategy,
            PcrPolicyServer = Find(settings, "PCR_POLICY_SERVER"),
            User = Find(settings, "DOWNLOAD_USER")?.Value,
            Password = Find(settings, "DOWNLOAD_PASSWORD")?.Value,
            MachineAlias = Find(settings, "MACHINE_ALIAS"),
            ReleaseVersion = Find(settings, "COREOS_RELEASE_VERSION"),
            Board = Find(settings, "COREOS_RELEASE_BOARD"),
            App = Find(settings, "COREOS_RELEASE_APPID") ?? new(AppId.CoreOs, DefaultOrigin),
            Oem = Find(oem, "ID")?.Value ?? "",
            OemVersion = Find(oem, "VERSION_ID")?.Value ?? "",
            LockSettings = OfLock(settings),
            Problems = problems,
        };
    }

    // No address is built in: a machine must not tell of itself to a server that nobody chose.
    private static string? Judge(UpdateSetting? server, bool isDisabled, out Uri? address)
    {
        address = null;
        if (server is null)
            return $"no update server is set: SERVER= in {Files[0]}, or --update-server";
        if (isDisabled)
            return $"updates are switched off: SERVER={Disabled} in {server.Origin}";
        bool isUrl = Uri.TryCreate(server.Value, UriKind.Absolute, out Uri? url)
            && url.Scheme is "http" or "https" && url.Host.Length > 0;
        if (!isUrl || url!.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            // What has a user in it may have a password in it.
            string shown = server.Value.Contains('@', StringComparison.Ordinal) ? "…" : server.Value;
            return $"{server.Origin}: SERVER={ForeignWords.Shown(shown)} is no URL such as "
                + "https://updates.example.com/v1/update/ (a user belongs into DOWNLOAD_USER=)";
        }

        address = url;
        return null;
    }

    private static UpdateSetting? Given(string? flag, string name) =>
        string.IsNullOrWhiteSpace(flag) ? null : new UpdateSetting(flag.Trim(), name);

    private static UpdateSetting? Find(IReadOnlyList<SettingsFile> files, string key)
    {
        foreach (SettingsFile file in files)
        {
            if (file[key] is { } value)
                return new UpdateSetting(value, file.Path);
        }

        return null;
    }

    private static SortedDictionary<string, UpdateSetting> OfLock(IReadOnlyList<SettingsFile> files)
    {
        SortedDictionary<string, UpdateSetting> found = new(StringComparer.Ordinal);
        foreach (SettingsFile file in files)
        {
            foreach (string key in file.Keys)
            {
                if (key.StartsWith(LockPrefix, StringComparison.Ordinal) && file[key] is { } value)
                    found.TryAdd(key, new UpdateSetting(value, file.Path));
            }
        }

        return found;
    }
}
