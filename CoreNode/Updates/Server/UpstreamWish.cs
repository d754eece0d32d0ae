namespace CoreNode.Updates.Server;

/// <summary>Which update server a channel shall follow; what is null is as in the channel.</summary>
public sealed record UpstreamWish
{
    /// <summary>Where it answers Omaha, http or https.</summary>
    public required string Url { get; init; }

    /// <summary>Id of the application there.</summary>
    public string? App { get; init; }

    /// <summary>Group there.</summary>
    public string? Track { get; init; }

    /// <summary>Kind of machine that is asked for.</summary>
    public string? Board { get; init; }

    /// <summary>How often it is asked, at least a minute.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(1);
}
