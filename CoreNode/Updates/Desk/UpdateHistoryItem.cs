namespace CoreNode.Updates.Desk;

/// <summary>How an attempt ended.</summary>
public sealed record UpdateHistoryItem
{
    /// <summary>When, in seconds since 1970; the last time if the same happened several times in a row.</summary>
    public long At { get; init; }

    /// <summary>The version that ran.</summary>
    public string From { get; init; } = "";

    /// <summary>The version that was tried; empty if unknown.</summary>
    public string To { get; init; } = "";

    /// <summary>The name of its code: "Success", "Rollback", …</summary>
    public string Outcome { get; init; } = "";

    /// <summary>Its code; 0: it came about.</summary>
    public int Code { get; init; }

    /// <summary>How, in words, with how often in a row.</summary>
    public string Text { get; init; } = "";
}
