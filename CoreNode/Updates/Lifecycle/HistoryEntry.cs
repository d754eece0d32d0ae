namespace CoreNode.Updates.Lifecycle;

/// <summary>How an attempt ended.</summary>
public sealed record HistoryEntry
{
    /// <summary>When it ended, the last time if the same happened several times in a row.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The version that ran.</summary>
    public string FromVersion { get; init; } = "";

    /// <summary>The version that was tried; empty if unknown.</summary>
    public string ToVersion { get; init; } = "";

    /// <summary>How.</summary>
    public UpdateError Code { get; init; }

    /// <summary>How, in words.</summary>
    public string Text { get; init; } = "";

    /// <summary>How often in a row.</summary>
    public int Times { get; init; } = 1;
}
