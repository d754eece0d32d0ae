using CoreNode.Reboots;
using CoreNode.Updates.Omaha;
using CoreNode.Windows;

namespace CoreNode.Hosting.Reboots;

/// <summary>
/// The rules as flags and update.conf say them now, read again now and then: people edit that file. One thread.
/// </summary>
/// <param name="options">The flags, which come first.</param>
/// <param name="read">Reads update.conf.</param>
/// <param name="forbidden">Why the machine is never restarted; empty: it may be.</param>
/// <param name="time">The clock.</param>
internal sealed class RebootRules(
    RebootOptions options, Func<UpdateConfig> read, Func<bool, string> forbidden, TimeProvider time)
{
    private const string Default = "default";
    private const string Flag = "flag";
    private const string File = "update.conf";

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private RebootSettings _settings = new();
    private long? _readAt;
    private bool _isChosen;
    private volatile string _problem = "";

    /// <summary>What is wrong with the settings in files; empty: nothing. Any thread.</summary>
    public string Problem => _problem;

    /// <summary>The rules; the same object as long as they are the same.</summary>
    public RebootSettings Now()
    {
        if (_readAt is not { } at || time.GetElapsedTime(at) >= s_interval)
        {
            _readAt = time.GetTimestamp();
            Read(read());
        }

        string never = forbidden(_isChosen);
        if (never != _settings.Forbidden)
            _settings = _settings with { Forbidden = never };
        return _settings;
    }

    private void Read(UpdateConfig config)
    {
        (IReadOnlyList<MaintenanceWindow> windows, string problem) = Windows(config);
        RebootStrategy? file = config.RebootStrategy is { } set ? RebootStrategies.Find(set.Value) : null;
        _isChosen = options.Strategy is not null || file is not null;
        _problem = problem;
        string text = Text(windows);
        RebootStrategy strategy = options.Strategy ?? file ?? RebootStrategy.EtcdLock;
        RebootSettings made = new()
        {
            // A window that cannot be read may have said "not now".
            Strategy = problem.Length > 0 ? RebootStrategy.Off : strategy,
            StrategyWithWindows = strategy,
            StrategyFrom = options.Strategy is not null ? Flag
                : file is not null || problem.Length > 0 ? File : Default,
            WindowsText = text,
            Windows = windows.Count == 0 ? null
                : text == _settings.WindowsText ? _settings.Windows
                : new WindowCalendar(windows, options.Zone),
            WindowsFrom = options.Windows.Count > 0 ? Flag : text.Length > 0 || problem.Length > 0 ? File : Default,
            Zone = options.Zone,
            Fuzz = options.Fuzz,
            FuzzFrom = options.Fuzz > TimeSpan.Zero ? Flag : Default,
            Group = options.Group,
            GroupFrom = options.Group.Length > 0 ? Flag : Default,
            LoginDelay = options.LoginDelay,
            Forbidden = _settings.Forbidden,
        };
        if (made != _settings)
            _settings = made;
    }

    private (IReadOnlyList<MaintenanceWindow> Windows, string Problem) Windows(UpdateConfig config)
    {
        if (options.Windows.Count > 0)
            return (options.Windows, "");
        config.LockSettings.TryGetValue("LOCKSMITHD_REBOOT_WINDOW_START", out UpdateSetting? start);
        config.LockSettings.TryGetValue("LOCKSMITHD_REBOOT_WINDOW_LENGTH", out UpdateSetting? length);
        if (start is null && length is null)
            return ([], "");
        return start is not null && length is not null
            && WindowText.OfLocksmith(start.Value, length.Value) is { } window
            ? ([window], "")
            : ([], "LOCKSMITHD_REBOOT_WINDOW_START and _LENGTH in update.conf are no window such as \"Thu 23:00\" and "
                + "\"1h\": nothing restarts by itself");
    }

    private string Text(IReadOnlyList<MaintenanceWindow> windows)
    {
        List<string> texts = [];
        foreach (MaintenanceWindow window in windows)
            texts.Add(WindowText.Format(window));
        return texts.Count == 0 ? "" : $"{string.Join("; ", texts)} ({options.Zone.Id})";
    }
}
