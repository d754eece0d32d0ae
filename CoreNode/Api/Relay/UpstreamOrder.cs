namespace CoreNode.Api.Relay;

/// <summary>Whom to ask at one moment, best first. Immutable.</summary>
/// <param name="All">The routes' connections.</param>
/// <param name="Answers">Which of them are known to answer, by place.</param>
internal sealed record UpstreamOrder(Upstream[] All, bool[] Answers)
{
    /// <summary>Nobody.</summary>
    public static readonly UpstreamOrder Empty = new([], []);
}
