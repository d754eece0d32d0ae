namespace CoreNode.Updates.Omaha;

/// <summary>The reasons why a server holds an update back from a machine, by their words in the protocol.</summary>
public static class HoldReasons
{
    /// <summary>Updates of the group are switched off.</summary>
    public const string Disabled = "disabled";

    /// <summary>The group had as many as it may have in a period.</summary>
    public const string RateLimit = "rate-limit";

    /// <summary>As many as may be at it at a time are.</summary>
    public const string Concurrency = "concurrency";

    /// <summary>The machine belongs to a later wave.</summary>
    public const string Wave = "wave";

    /// <summary>Outside of the group's maintenance window.</summary>
    public const string Window = "window";

    /// <summary>Another machine goes first, alone.</summary>
    public const string FirstAlone = "first-alone";

    /// <summary>Too many machines failed.</summary>
    public const string ErrorStop = "error-stop";

    /// <summary>The machine was granted one and has not ended it.</summary>
    public const string InProgress = "in-progress";

    /// <summary>The group has no version that fits the machine.</summary>
    public const string NoPackage = "no-package";

    /// <summary>The machine was exempted by hand.</summary>
    public const string Exempt = "exempt";

    /// <summary>The machine went back from this version before.</summary>
    public const string RolledBack = "rolled-back";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Disabled, RateLimit, Concurrency, Wave, Window, FirstAlone, ErrorStop, InProgress, NoPackage, Exempt,
        RolledBack,
    ];

    /// <summary>What a reason means; null for a word that is not known.</summary>
    public static string? Meaning(string reason) => reason switch
    {
        Disabled => "updates of this group are switched off at the server",
        RateLimit => "the group had as many updates as it may have in this period",
        Concurrency => "as many machines of the group update as may do so at a time",
        Wave => "this machine belongs to a later wave",
        Window => "it is outside of the group's maintenance window",
        FirstAlone => "another machine of the group goes first, alone",
        ErrorStop => "the server stopped this update, too many machines failed",
        InProgress => "the server takes the last update of this machine as not ended",
        NoPackage => "the group has no version for this machine",
        Exempt => "this machine was exempted at the server",
        RolledBack => "this machine went back from this version before",
        _ => null,
    };

    /// <summary>What a refusal in Nebraska's app@status says; null for a status that is an error.</summary>
    public static string? OfAppStatus(string status) => status switch
    {
        "error-updatesDisabled" => Disabled,
        "error-maxUpdatesPerPeriodLimitReached" => RateLimit,
        "error-maxConcurrentUpdatesLimitReached" => Concurrency,
        "error-maxTimedOutUpdatesLimitReached" => ErrorStop,
        "error-updateInProgressOnInstance" => InProgress,
        "error-noPackageFound" => NoPackage,
        _ => null,
    };
}
