namespace CoreNode.Proxy;

/// <summary>How a route stands, for people. Immutable.</summary>
/// <param name="Route">The route.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Since">Since when.</param>
/// <param name="Reason">Why it is not given traffic; empty if it is.</param>
public sealed record RouteReport(Route Route, RouteStanding Standing, DateTimeOffset Since, string Reason);
