namespace CoreNode.Runner.Settings;

/// <summary>A unit file as the runner understands it: all values read, defaults filled in. Immutable.</summary>
internal sealed record UnitSettings
{
    /// <summary>Full name.</summary>
    public required string Name { get; init; }

    /// <summary>A .target: it has no processes.</summary>
    public bool IsTarget { get; init; }

    public string Description { get; init; } = "";

    public ServiceType Type { get; init; }

    public bool RemainsAfterExit { get; init; }

    public bool GuessesMainPid { get; init; } = true;

    /// <summary>Absolute path; empty: none.</summary>
    public string PidFile { get; init; } = "";

    public IReadOnlyDictionary<ExecStage, IReadOnlyList<ExecCommand>> Commands { get; init; } =
        new Dictionary<ExecStage, IReadOnlyList<ExecCommand>>();

    public RestartPolicy Restart { get; init; }

    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary><see cref="Timeout.InfiniteTimeSpan"/>: never; so for all spans here.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan AbortTimeout { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan RunLimit { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Infinite: no watchdog.</summary>
    public TimeSpan Watchdog { get; init; } = Timeout.InfiniteTimeSpan;

    public TimeSpan StartLimitInterval { get; init; } = TimeSpan.FromSeconds(10);

    public int StartLimitBurst { get; init; } = 5;

    public ExitStatusSet SuccessStatus { get; init; } = ExitStatusSet.None;

    public ExitStatusSet RestartPreventStatus { get; init; } = ExitStatusSet.None;

    public ExitStatusSet RestartForceStatus { get; init; } = ExitStatusSet.None;

    public KillMode KillMode { get; init; }

    public int KillSignal { get; init; } = 15;

    public int FinalKillSignal { get; init; } = 9;

    public int WatchdogSignal { get; init; } = 6;

    public bool SendsKill { get; init; } = true;

    public bool SendsHangup { get; init; }

    public NotifyAccess NotifyAccess { get; init; }

    public ExecSettings Exec { get; init; } = new();

    public UnitLinks Links { get; init; } = UnitLinks.None;

    public IReadOnlyList<UnitCondition> Conditions { get; init; } = [];

    /// <summary>The commands of a stage; empty if there are none.</summary>
    public IReadOnlyList<ExecCommand> Of(ExecStage stage) =>
        Commands.TryGetValue(stage, out IReadOnlyList<ExecCommand>? commands) ? commands : [];
}
