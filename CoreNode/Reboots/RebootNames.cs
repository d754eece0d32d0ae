namespace CoreNode.Reboots;

/// <summary>Names of stages, steps and wishes in files and statuses, in the order of their values.</summary>
public static class RebootNames
{
    /// <summary>Of <see cref="RebootStage"/>.</summary>
    public static readonly IReadOnlyList<string> Stages =
    [
        "idle", "wanted", "window-wait", "lock-wait", "admitted", "leaving", "warning", "stopping", "rebooting",
        "gate", "uncordoning", "releasing", "returning",
    ];

    /// <summary>Of <see cref="RebootStepKind"/>.</summary>
    public static readonly IReadOnlyList<string> Steps =
    [
        "wait", "look", "take-lock", "move-leader", "cordon", "drain", "warn", "sync", "restart", "judge", "uncordon",
        "release",
    ];

    /// <summary>Of <see cref="RebootWantKind"/>.</summary>
    public static readonly IReadOnlyList<string> Wants = ["nobody", "update", "engine", "sentinel", "person"];
}
