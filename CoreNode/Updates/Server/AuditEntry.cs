namespace CoreNode.Updates.Server;

/// <summary>One change by somebody. Immutable; never removed but by age.</summary>
public sealed record AuditEntry
{
    /// <summary>Grows with time.</summary>
    public required long Number { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required string Who { get; init; }

    /// <summary>Where from.</summary>
    public string From { get; init; } = "";

    /// <summary>What: "group.change", "channel.set", "token.add" …</summary>
    public required string What { get; init; }

    /// <summary>Of what: "app/group".</summary>
    public string Subject { get; init; } = "";

    /// <summary>The details, one line.</summary>
    public string Text { get; init; } = "";
}
