namespace CoreNode.Updates.Omaha;

/// <summary>
/// A request of the Omaha protocol 3.0, as CoreOS, Flatcar and go-omaha send it. An attribute that is null is absent.
/// </summary>
public sealed record OmahaRequest
{
    /// <summary>A person asked for it: such checks are answered at once by servers that spread the others.</summary>
    public const string OnDemand = "ondemandupdate";

    /// <summary>The timer asked for it.</summary>
    public const string Scheduled = "scheduler";

    /// <summary>Version of the protocol.</summary>
    public string Protocol { get; init; } = "3.0";

    /// <summary>Name and version of the client.</summary>
    public string? Version { get; init; }

    /// <summary>The same again, as update_engine sends it.</summary>
    public string? UpdaterVersion { get; init; }

    /// <summary><see cref="Scheduled"/> or <see cref="OnDemand"/>.</summary>
    public string? InstallSource { get; init; }

    /// <summary>It is about the whole machine, not one user's software.</summary>
    public bool IsMachine { get; init; }

    /// <summary>Random, for each request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Random, for each update.</summary>
    public string? SessionId { get; init; }

    /// <summary>Random, for each user.</summary>
    public string? UserId { get; init; }

    /// <summary>Marks requests of tests.</summary>
    public string? TestSource { get; init; }

    /// <summary>The system that it runs on.</summary>
    public OmahaOs? Os { get; init; }

    /// <summary>What is asked for each application.</summary>
    public IReadOnlyList<OmahaApp> Apps { get; init; } = [];
}
