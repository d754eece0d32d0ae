namespace CoreNode.Updates.Lifecycle;

/// <summary>An event as a server is told it.</summary>
public sealed record UpdateEvent
{
    /// <summary>Event type "update complete".</summary>
    public const int Complete = 3;

    /// <summary>Event type "download started".</summary>
    public const int DownloadStarted = 13;

    /// <summary>Event type "download finished".</summary>
    public const int DownloadFinished = 14;

    /// <summary>Result "error".</summary>
    public const int ResultError = 0;

    /// <summary>Result "success".</summary>
    public const int ResultSuccess = 1;

    /// <summary>Result "success, and rebooted into it".</summary>
    public const int ResultRebooted = 2;

    /// <summary>Result "cancelled".</summary>
    public const int ResultCancelled = 4;

    /// <summary>Result "put off".</summary>
    public const int ResultDeferred = 9;

    /// <summary>Its place in the order of all events of this machine, from 1 on; 0 in a check.</summary>
    public long Number { get; init; }

    /// <summary>What happened.</summary>
    public required int Type { get; init; }

    /// <summary>How it ended.</summary>
    public required int Result { get; init; }

    /// <summary>Why, if it failed.</summary>
    public UpdateError Code { get; init; }

    /// <summary>The version before; null if the event does not say.</summary>
    public string? PreviousVersion { get; init; }

    /// <summary>The version that it is about; empty if none.</summary>
    public string Version { get; init; } = "";
}
