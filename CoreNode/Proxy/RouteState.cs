namespace CoreNode.Proxy;

/// <summary>What <see cref="MemberDirectory"/> keeps of one route. Times are those of the caller's clock.</summary>
internal sealed class RouteState(Route route, ulong rank, int urlIndex, DateTimeOffset now)
{
    public Route Route { get; } = route;

    /// <summary>This worker's preference for the member: the highest is its home.</summary>
    public ulong Rank { get; } = rank;

    /// <summary>Place among the member's URLs.</summary>
    public int UrlIndex { get; } = urlIndex;

    public RouteStanding Standing { get; private set; } = RouteStanding.Untried;

    public DateTimeOffset Since { get; private set; } = now;

    public string Reason { get; private set; } = "";

    /// <summary>When it is asked again.</summary>
    public DateTimeOffset AskAt { get; set; } = now;

    /// <summary>Failures one after the other.</summary>
    public int Failures { get; set; }

    /// <summary>Changes the standing; true if it is another one than before.</summary>
    public bool Set(RouteStanding standing, string reason, DateTimeOffset now)
    {
        bool isOther = Standing != standing;
        if (isOther)
            Since = now;
        Standing = standing;
        Reason = reason;
        return isOther;
    }

    public RouteReport Report() => new(Route, Standing, Since, Reason);
}
