namespace CoreNode.Updates.Omaha;

/// <summary>The server's answer to the question for an update.</summary>
public sealed record OmahaUpdateAnswer
{
    /// <summary>There is one.</summary>
    public const string Update = "ok";

    /// <summary>There is none, or none now (see <see cref="Hold"/>).</summary>
    public const string NoUpdate = "noupdate";

    /// <summary><see cref="Update"/>, <see cref="NoUpdate"/> or "error-…"; null if absent.</summary>
    public string? Status { get; init; }

    /// <summary>Seconds until the next check, by the server's wish.</summary>
    public int? PollIntervalSeconds { get; init; }

    /// <summary>Why there is none now, where the server tells (CoreNode's does).</summary>
    public OmahaHold? Hold { get; init; }

    /// <summary>Folders where the packages are, the best first, as written.</summary>
    public IReadOnlyList<string> Codebases { get; init; } = [];

    /// <summary>The versions to install; more than one are steps on the way, in order.</summary>
    public IReadOnlyList<OmahaManifest> Manifests { get; init; } = [];
}
