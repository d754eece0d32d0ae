using CoreNode.Units.Model;

namespace CoreNode.Runner.Settings;

/// <summary>
/// Reads a unit file as systemd would (systemd.unit(5), systemd.service(5), systemd.kill(5)). What it does not
/// understand is noted and left out; only what cannot run at all is refused. Pure.
/// </summary>
internal static class UnitSettingsReader
{
    private const string Unit = "Unit";
    private const string Service = "Service";
    private const string Install = "Install";

    // Without effect on what runs, or about systemd's own boot: nobody needs to hear of them.
    private static readonly HashSet<string> s_silent = new(StringComparer.Ordinal)
    {
        "Unit.Documentation", "Unit.DefaultDependencies", "Unit.SourcePath", "Unit.AllowIsolate",
        "Unit.RefuseManualStart", "Unit.RefuseManualStop", "Unit.CollectMode", "Install.Also", "Install.Alias",
        "Install.DefaultInstance", "Service.MemoryAccounting", "Service.CPUAccounting", "Service.TasksAccounting",
        "Service.BlockIOAccounting", "Service.IOAccounting", "Service.IPAccounting", "Service.Slice",
        "Service.SyslogFacility", "Service.SyslogLevel", "Service.BusName", "Service.Delegate",
    };

    /// <summary>Reads it.</summary>
    public static UnitSettingsResult Read(string name, UnitFile file, HostFacts host)
    {
        bool isTarget = name.EndsWith(".target", StringComparison.Ordinal);
        if (!isTarget && !name.EndsWith(".service", StringComparison.Ordinal))
        {
            return new UnitSettingsResult(
                null, $"{name}: the embedded runner runs services and targets only; on this machine there is no "
                + "systemd for other kinds", []);
        }

        OptionReader reader = new(file, new Specifiers(name, host));
        string refusal = "";
        UnitSettings settings = Common(name, reader) with { IsTarget = isTarget };
        if (!isTarget)
            settings = ReadService(settings, reader, host, ref refusal);
        reader.NoteUnknown(s_silent);
        return refusal.Length > 0
            ? new UnitSettingsResult(null, $"{name}: {refusal}", reader.Notes)
            : new UnitSettingsResult(settings, "", reader.Notes);
    }

    private static UnitSettings Common(string name, OptionReader reader)
    {
        UnitSettings defaults = new() { Name = name };
        string interval = reader.Text(Unit, "StartLimitIntervalSec").Length > 0 ? Unit : Service;
        string intervalKey = interval == Unit ? "StartLimitIntervalSec" : "StartLimitInterval";
        return defaults with
        {
            Description = reader.Text(Unit, "Description"),
            Links = new UnitLinks
            {
                Requires = reader.WordList(Unit, "Requires"),
                Requisite = reader.WordList(Unit, "Requisite"),
                Wants = reader.WordList(Unit, "Wants"),
                BindsTo = reader.WordList(Unit, "BindsTo"),
                PartOf = reader.WordList(Unit, "PartOf"),
                Conflicts = reader.WordList(Unit, "Conflicts"),
                After = reader.WordList(Unit, "After"),
                Before = reader.WordList(Unit, "Before"),
                OnFailure = reader.WordList(Unit, "OnFailure"),
                WantedBy = reader.WordList(Install, "WantedBy"),
                RequiredBy = reader.WordList(Install, "RequiredBy"),
            },
            Conditions = Conditions(reader),
            StartLimitInterval = reader.Span(interval, intervalKey, defaults.StartLimitInterval, isZeroNever: false),
            StartLimitBurst = reader.Number(Unit, "StartLimitBurst", 0, int.MaxValue)
                ?? reader.Number(Service, "StartLimitBurst", 0, int.MaxValue) ?? defaults.StartLimitBurst,
        };
    }

    private static UnitSettings ReadService(
        UnitSettings settings, OptionReader reader, HostFacts host, ref string refusal)
    {
        Dictionary<ExecStage, IReadOnlyList<ExecCommand>> commands = [];
        foreach ((ExecStage stage, string key) in Stages())
            commands[stage] = Commands(reader, key, ref refusal);
        ServiceType type = Type(reader, commands[ExecStage.Start].Count > 0, ref refusal);
        bool remains = reader.Flag(Service, "RemainAfterExit", false);
        if (commands[ExecStage.Start].Count == 0 && refusal.Length == 0 && !(remains || type == ServiceType.Oneshot))
            refusal = "it has no ExecStart=";
        else if (commands[ExecStage.Start].Count > 1 && type != ServiceType.Oneshot && refusal.Length == 0)
            refusal = "it has more than one ExecStart=, which only Type=oneshot may have";
        settings = Timeouts(settings, reader, type);
        string pidFile = reader.Text(Service, "PIDFile");
        return settings with
        {
            Type = type,
            RemainsAfterExit = remains,
            GuessesMainPid = reader.Flag(Service, "GuessMainPID", true),
            PidFile = pidFile.Length == 0 || pidFile.StartsWith('/') ? pidFile : "/run/" + pidFile,
            Commands = commands,
            Restart = Restart(reader, type, ref refusal),
            SuccessStatus = reader.Statuses(Service, "SuccessExitStatus"),
            RestartPreventStatus = reader.Statuses(Service, "RestartPreventExitStatus"),
            RestartForceStatus = reader.Statuses(Service, "RestartForceExitStatus"),
            KillMode = KillModeOf(reader),
            KillSignal = reader.Signal(Service, "KillSignal", settings.KillSignal),
            FinalKillSignal = reader.Signal(Service, "FinalKillSignal", settings.FinalKillSignal),
            WatchdogSignal = reader.Signal(Service, "WatchdogSignal", settings.WatchdogSignal),
            SendsKill = reader.Flag(Service, "SendSIGKILL", true),
            SendsHangup = reader.Flag(Service, "SendSIGHUP", false),
            NotifyAccess = Access(reader, type, settings.Watchdog),
            Exec = ExecSettingsReader.Read(reader, host),
        };
    }

    private static (ExecStage Stage, string Key)[] Stages() =>
    [
        (ExecStage.Condition, "ExecCondition"),
        (ExecStage.StartPre, "ExecStartPre"),
        (ExecStage.Start, "ExecStart"),
        (ExecStage.StartPost, "ExecStartPost"),
        (ExecStage.Reload, "ExecReload"),
        (ExecStage.Stop, "ExecStop"),
        (ExecStage.StopPost, "ExecStopPost"),
    ];

    private static List<ExecCommand> Commands(OptionReader reader, string key, ref string refusal)
    {
        List<ExecCommand> commands = [];
        foreach (string line in reader.Values(Service, key))
        {
            if (CommandLines.Parse(line, reader.Specifiers, out string problem) is { } parsed)
                commands.AddRange(parsed);
            else if (refusal.Length == 0)
                refusal = $"{key}=: {problem}";
        }

        return commands;
    }

    private static UnitSettings Timeouts(UnitSettings settings, OptionReader reader, ServiceType type)
    {
        TimeSpan both = reader.Span(Service, "TimeoutSec", TimeSpan.Zero, isZeroNever: true);
        TimeSpan usualStart = both != TimeSpan.Zero ? both
            : type == ServiceType.Oneshot ? Timeout.InfiniteTimeSpan : settings.StartTimeout;
        TimeSpan usualStop = both != TimeSpan.Zero ? both : settings.StopTimeout;
        TimeSpan stop = reader.Span(Service, "TimeoutStopSec", usualStop, isZeroNever: true);
        return settings with
        {
            StartTimeout = reader.Span(Service, "TimeoutStartSec", usualStart, isZeroNever: true),
            StopTimeout = stop,
            AbortTimeout = reader.Span(Service, "TimeoutAbortSec", stop, isZeroNever: true),
            RestartDelay = reader.Span(Service, "RestartSec", settings.RestartDelay, isZeroNever: false),
            RunLimit = reader.Span(Service, "RuntimeMaxSec", settings.RunLimit, isZeroNever: true),
            Watchdog = reader.Span(Service, "WatchdogSec", settings.Watchdog, isZeroNever: true),
        };
    }

    private static ServiceType Type(OptionReader reader, bool hasStart, ref string refusal)
    {
        string text = reader.Text(Service, "Type");
        switch (text)
        {
            case "":
                return hasStart ? ServiceType.Simple : ServiceType.Oneshot;
            case "simple" or "idle":
                return ServiceType.Simple;
            case "exec":
                return ServiceType.Exec;
            case "forking":
                return ServiceType.Forking;
            case "oneshot":
                return ServiceType.Oneshot;
            case "notify" or "notify-reload":
                return ServiceType.Notify;
            default:
                if (refusal.Length == 0)
                    refusal = $"Type={text} is not done by the embedded runner: simple, exec, oneshot, forking, notify";
                return ServiceType.Simple;
        }
    }

    private static RestartPolicy Restart(OptionReader reader, ServiceType type, ref string refusal)
    {
        string text = reader.Text(Service, "Restart");
        RestartPolicy? policy = text switch
        {
            "" or "no" => RestartPolicy.No,
            "on-success" => RestartPolicy.OnSuccess,
            "on-failure" => RestartPolicy.OnFailure,
            "on-abnormal" => RestartPolicy.OnAbnormal,
            "on-watchdog" => RestartPolicy.OnWatchdog,
            "on-abort" => RestartPolicy.OnAbort,
            "always" => RestartPolicy.Always,
            _ => null,
        };
        if (policy is null)
            reader.Bad(Service, "Restart", text);
        bool isEndless = policy is RestartPolicy.Always or RestartPolicy.OnSuccess && type == ServiceType.Oneshot;
        if (isEndless && refusal.Length == 0)
            refusal = $"Restart={text} cannot stand with Type=oneshot";
        return policy ?? RestartPolicy.No;
    }

    private static KillMode KillModeOf(OptionReader reader)
    {
        string text = reader.Text(Service, "KillMode");
        switch (text)
        {
            case "" or "control-group":
                return KillMode.ControlGroup;
            case "mixed":
                return KillMode.Mixed;
            case "process":
                return KillMode.Process;
            case "none":
                return KillMode.None;
            default:
                reader.Bad(Service, "KillMode", text);
                return KillMode.ControlGroup;
        }
    }

    private static NotifyAccess Access(OptionReader reader, ServiceType type, TimeSpan watchdog)
    {
        bool needsMain = type == ServiceType.Notify || watchdog != Timeout.InfiniteTimeSpan;
        string text = reader.Text(Service, "NotifyAccess");
        switch (text)
        {
            case "" or "none":
                return needsMain ? NotifyAccess.Main : NotifyAccess.None;
            case "main":
                return NotifyAccess.Main;
            case "exec":
                return NotifyAccess.Exec;
            case "all":
                return NotifyAccess.All;
            default:
                reader.Bad(Service, "NotifyAccess", text);
                return needsMain ? NotifyAccess.Main : NotifyAccess.None;
        }
    }

    private static List<UnitCondition> Conditions(OptionReader reader)
    {
        List<UnitCondition> conditions = [];
        string[] kinds =
        [
            "PathExists", "PathExistsGlob", "PathIsDirectory", "PathIsSymbolicLink", "PathIsReadWrite",
            "DirectoryNotEmpty", "FileNotEmpty", "FileIsExecutable", "Host",
        ];
        foreach (string verb in (string[])["Condition", "Assert"])
        {
            foreach (string kind in kinds)
            {
                foreach (string value in reader.Values(Unit, verb + kind))
                {
                    string rest = value.Trim();
                    bool isTrigger = rest.StartsWith('|');
                    rest = isTrigger ? rest[1..].Trim() : rest;
                    bool isNegated = rest.StartsWith('!');
                    rest = isNegated ? rest[1..].Trim() : rest;
                    conditions.Add(new UnitCondition(
                        kind, reader.Specifiers.Resolve(rest), isNegated, isTrigger, verb == "Assert"));
                }
            }
        }

        return conditions;
    }
}
