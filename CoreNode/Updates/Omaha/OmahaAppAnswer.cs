namespace CoreNode.Updates.Omaha;

/// <summary>What the server says about one application.</summary>
public sealed record OmahaAppAnswer
{
    /// <summary>Its identity, as the server writes it.</summary>
    public string? Id { get; init; }

    /// <summary>"ok", "restricted" or "error-…"; null if absent.</summary>
    public string? Status { get; init; }

    /// <summary>Of the ping, if there was one.</summary>
    public string? PingStatus { get; init; }

    /// <summary>The answer to the question for an update, if it was asked.</summary>
    public OmahaUpdateAnswer? UpdateCheck { get; init; }

    /// <summary>Of each event, in order.</summary>
    public IReadOnlyList<string> EventStatuses { get; init; } = [];
}
