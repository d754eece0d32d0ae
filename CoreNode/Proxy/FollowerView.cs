namespace CoreNode.Proxy;

/// <summary>What a worker knows of its members at one moment. Immutable.</summary>
/// <param name="List">The members; null while none has answered and none is remembered.</param>
/// <param name="Order">Whom to ask, best first.</param>
/// <param name="Reports">How they stand, in that order.</param>
public sealed record FollowerView(MemberList? List, IReadOnlyList<Route> Order, IReadOnlyList<RouteReport> Reports)
{
    /// <summary>Nobody is known.</summary>
    public static readonly FollowerView Empty = new(null, [], []);

    /// <summary>Users have to say who they are, as the best member said last.</summary>
    public bool IsAuthOn { get; init; }

    /// <summary>True while at least one member answers and is healthy.</summary>
    public bool HasWorking => Reports.Any(static r => r.Standing == RouteStanding.Answers);
}
