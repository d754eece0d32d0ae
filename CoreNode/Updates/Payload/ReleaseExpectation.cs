namespace CoreNode.Updates.Payload;

/// <summary>What this machine is, as far as a release is judged by it.</summary>
public sealed record ReleaseExpectation
{
    /// <summary>Its kind; empty to take any.</summary>
    public string Board { get; init; } = "";

    /// <summary>The application that it asks the server for; empty to take any.</summary>
    public string AppId { get; init; } = "";

    /// <summary>The highest release counter that it ever ran.</summary>
    public ulong Counter { get; init; }

    /// <summary>Now.</summary>
    public required ulong UnixSeconds { get; init; }

    /// <summary>The operator's hand on the machine: an older counter and an expired release are taken.</summary>
    public bool AllowsDowngrade { get; init; }
}
