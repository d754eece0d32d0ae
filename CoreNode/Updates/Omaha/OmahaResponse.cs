namespace CoreNode.Updates.Omaha;

/// <summary>A response of the Omaha protocol 3.0. An attribute that is null is absent.</summary>
public sealed record OmahaResponse
{
    /// <summary>Version of the protocol.</summary>
    public string Protocol { get; init; } = "3.0";

    /// <summary>The server's name.</summary>
    public string? Server { get; init; }

    /// <summary>Seconds since midnight at the server.</summary>
    public long ElapsedSeconds { get; init; }

    /// <summary>One for each application of the request.</summary>
    public IReadOnlyList<OmahaAppAnswer> Apps { get; init; } = [];

    /// <summary>What was odd and taken all the same, for the log.</summary>
    public IReadOnlyList<string> Oddities { get; init; } = [];
}
