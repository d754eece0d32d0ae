using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>What a member's health check gave.</summary>
/// <param name="Member">Which one.</param>
/// <param name="State">How it is.</param>
/// <param name="Url">Where it answered; null if nowhere.</param>
/// <param name="Failures">URLs that did not answer, in the order of trying.</param>
internal sealed record MemberHealth(
    ListedMember Member, HealthState State, string? Url, IReadOnlyList<HealthFailure> Failures)
{
    /// <summary>Why it is unhealthy, in its own words; empty if it does not say.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>A URL of a member that gave no health.</summary>
internal sealed record HealthFailure(string Url, EndpointFailure? Failure, string Message);

/// <summary>How a member is.</summary>
internal enum HealthState
{
    /// <summary>It says so.</summary>
    Healthy,

    /// <summary>It answers, but says that it cannot serve.</summary>
    Unhealthy,

    /// <summary>None of its URLs answers, or it has none.</summary>
    Unreachable,
}
