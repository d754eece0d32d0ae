namespace CoreNode.Updates.Lifecycle;

/// <summary>Stages, steps and kinds by the names that stand in files, in the order of their values.</summary>
internal static class StateNames
{
    /// <summary>Of <see cref="LifecycleStage"/>.</summary>
    public static readonly IReadOnlyList<string> Stages =
    [
        "idle", "checking", "available", "downloading", "verifying", "finalizing", "need-reboot", "reporting",
        "judging", "rolling-back",
    ];

    /// <summary>Of <see cref="UpdateStepKind"/>.</summary>
    public static readonly IReadOnlyList<string> Steps =
    [
        "wait", "check", "ping", "fetch-metadata", "prepare", "apply", "verify", "finalize", "switch-slot", "unmark",
        "report", "judge-health", "mark-good", "reboot",
    ];

    /// <summary>Of <see cref="HealthCheckKind"/>.</summary>
    public static readonly IReadOnlyList<string> CheckKinds = ["node", "network", "cluster", "custom", "server"];

    /// <summary>Of <see cref="HealthVerdictKind"/>.</summary>
    public static readonly IReadOnlyList<string> Verdicts = ["waiting", "good", "bad", "unclear"];
}
