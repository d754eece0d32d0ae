using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server;

/// <summary>Which machines to list; what is null or empty does not count.</summary>
public sealed record MachineQuery
{
    /// <summary>Most machines in one answer.</summary>
    public const int MostAtOnce = 1000;

    /// <summary>Id of the application.</summary>
    public string App { get; init; } = "";

    /// <summary>Id of the group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The version that runs.</summary>
    public string Version { get; init; } = "";

    /// <summary>How far.</summary>
    public RolloutState? State { get; init; }

    /// <summary>Part of id, alias or address.</summary>
    public string Text { get; init; } = "";

    /// <summary>Not heard of since.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>Where to go on: <see cref="MachinePage.Next"/> of the page before.</summary>
    public string After { get; init; } = "";

    /// <summary>How many, at most <see cref="MostAtOnce"/>.</summary>
    public int Count { get; init; } = 100;
}
