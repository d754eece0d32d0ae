using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Proxy;

/// <summary>
/// Decides which member a worker asks. Pure: facts and the time come in, the order of routes comes out; one caller at
/// a time. Each worker has a home: the member that ranks highest by a hash of both ids (rendezvous hashing). All its
/// requests go there while it is healthy, so that whoever writes through a worker reads what was written, on whatever
/// connection; many workers spread evenly over the members; and when a member fails only its workers move, each to the
/// next of its own order, and come back with it. A route that failed is asked by clients only when no other is left,
/// until a probe found it well again; probes back off.
/// </summary>
internal sealed class MemberDirectory
{
    /// <summary>How often a route that answers is asked for the members.</summary>
    public static readonly TimeSpan ReviewInterval = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often the best route is: all members may be replaced one by one within seconds, without a request of this
    /// worker meeting any of it, and then nobody whom it knows would be left to ask.
    /// </summary>
    public static readonly TimeSpan HomeInterval = TimeSpan.FromSeconds(2);

    /// <summary>First wait after a failure; doubles up to <see cref="MaxBackoff"/>.</summary>
    public static readonly TimeSpan MinBackoff = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait between two probes of a route that fails.</summary>
    public static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often the best one is asked while some members have not told their client URLs yet: they are starting.
    /// </summary>
    public static readonly TimeSpan StartInterval = TimeSpan.FromSeconds(2);

    /// <summary>The list is not asked for more often than this, whatever fails.</summary>
    public static readonly TimeSpan MinListInterval = TimeSpan.FromSeconds(1);

    private readonly ulong _workerId;
    private readonly Prng _prng;
    private List<RouteState> _routes = [];
    private DateTimeOffset _listedAt = DateTimeOffset.MinValue;

    /// <summary>Nobody is known yet.</summary>
    /// <param name="workerId">Decides who is home; the same after a restart.</param>
    /// <param name="prng">Spreads the probes of many workers.</param>
    public MemberDirectory(ulong workerId, Prng prng)
    {
        _workerId = workerId;
        _prng = prng;
    }

    /// <summary>The members; null while nobody is known.</summary>
    public MemberList? List { get; private set; }

    /// <summary>Whom to ask, best first; one route to each member before the second ones.</summary>
    public IReadOnlyList<Route> Order => Sorted().ConvertAll(static r => r.Route);

    /// <summary>How all routes stand, in the order in which they are asked.</summary>
    public IReadOnlyList<RouteReport> Reports => Sorted().ConvertAll(static r => r.Report());

    /// <summary>True while at least one route works.</summary>
    public bool HasWorking => _routes.Exists(static r => r.Standing == RouteStanding.Answers);

    /// <summary>
    /// Takes the members over; true if they changed. What is known of routes that stay is kept. Members without a
    /// usable client URL, which have not started yet, have no route.
    /// </summary>
    public bool Learn(MemberList list, DateTimeOffset now)
    {
        _listedAt = now;
        bool isComplete = list.Members.All(static member => member.ClientUrls.Count > 0);
        bool isChanged = !list.Matches(List);
        if (isChanged)
            TakeOver(list, now);
        if (!isComplete && _routes.Count > 0 && Sorted()[0] is { Standing: RouteStanding.Answers } best)
            best.AskAt = Earliest(best.AskAt, now + StartInterval);
        return isChanged;
    }

    /// <summary>Routes that are to be asked now.</summary>
    public IReadOnlyList<Route> Due(DateTimeOffset now) =>
        Sorted().FindAll(r => r.AskAt <= now).ConvertAll(static r => r.Route);

    /// <summary>When the next route is due; null without any.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DateTimeOffset? next = null;
            foreach (RouteState route in _routes)
            {
                if (next is null || route.AskAt < next)
                    next = route.AskAt;
            }

            return next;
        }
    }

    /// <summary>
    /// A request or a probe failed there; true if it worked before. What many requests tell of the same moment counts
    /// once. The others are asked at once for the members, which may have changed.
    /// </summary>
    public bool Fail(Route route, string reason, DateTimeOffset now)
    {
        if (Find(route) is not { } state)
            return false;
        if (state.Standing == RouteStanding.Fails && now < state.AskAt)
            return false;
        bool isNews = state.Set(RouteStanding.Fails, reason, now);
        BackOff(state, now);
        if (isNews)
            AskOthers(state, now);
        return isNews;
    }

    /// <summary>The member says that it should not be given traffic; true if it worked before.</summary>
    public bool Ail(Route route, string reason, DateTimeOffset now)
    {
        if (Find(route) is not { } state)
            return false;
        bool isNews = state.Set(RouteStanding.Ails, reason, now);
        BackOff(state, now);
        if (isNews)
            AskOthers(state, now);
        return isNews;
    }

    /// <summary>The member answers there and is healthy; true if that is news.</summary>
    public bool Answer(Route route, DateTimeOffset now)
    {
        if (Find(route) is not { } state)
            return false;
        state.Failures = 0;
        bool isNews = state.Set(RouteStanding.Answers, "", now);
        TimeSpan interval = Sorted()[0] == state ? HomeInterval : ReviewInterval;
        state.AskAt = now + interval * (0.9 + (0.2 * _prng.NextDouble()));
        return isNews;
    }

    /// <summary>
    /// A request met something odd there (an answer 5xx): it is asked at once how it is. True if it was to be asked
    /// later.
    /// </summary>
    public bool Doubt(Route route, DateTimeOffset now)
    {
        DateTimeOffset soon = Latest(now, _listedAt + MinListInterval);
        if (Find(route) is not { Standing: RouteStanding.Answers } state || state.AskAt <= soon)
            return false;
        state.AskAt = soon;
        return true;
    }

    private void TakeOver(MemberList list, DateTimeOffset now)
    {
        List<RouteState> routes = [];
        foreach (Member member in list.Members)
        {
            for (int i = 0; i < member.ClientUrls.Count; i++)
            {
                Route route = new(member.Id, member.Name, member.ClientUrls[i].TrimEnd('/'));
                if (routes.Exists(r => r.Route == route))
                    continue;
                routes.Add(_routes.Find(r => r.Route == route) ?? new RouteState(route, Rank(member.Id), i, now));
            }
        }

        _routes = routes;
        List = list;
    }

    private static DateTimeOffset Earliest(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Latest(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private List<RouteState> Sorted()
    {
        List<RouteState> sorted = [.. _routes];
        sorted.Sort(Compare);
        return sorted;
    }

    private int Compare(RouteState a, RouteState b)
    {
        if (a.Standing != b.Standing)
            return a.Standing < b.Standing ? -1 : 1;
        int place = PlaceOf(a).CompareTo(PlaceOf(b));
        if (place != 0)
            return place;
        return a.Rank != b.Rank ? b.Rank.CompareTo(a.Rank) : a.UrlIndex.CompareTo(b.UrlIndex);
    }

    // How many routes to the same member are better than this one.
    private int PlaceOf(RouteState route)
    {
        int place = 0;
        foreach (RouteState other in _routes)
        {
            bool isBetter = other.Standing < route.Standing
                || (other.Standing == route.Standing && other.UrlIndex < route.UrlIndex);
            if (other.Route.Member == route.Route.Member && isBetter)
                place++;
        }

        return place;
    }

    private RouteState? Find(Route route) => _routes.Find(r => r.Route == route);

    private void BackOff(RouteState state, DateTimeOffset now)
    {
        TimeSpan wait = MinBackoff * Math.Pow(2, Math.Min(state.Failures, 10));
        state.Failures++;
        state.AskAt = now + (wait < MaxBackoff ? wait : MaxBackoff) * (0.75 + (0.5 * _prng.NextDouble()));
    }

    private void AskOthers(RouteState failed, DateTimeOffset now)
    {
        DateTimeOffset soon = Latest(now, _listedAt + MinListInterval);
        foreach (RouteState other in _routes)
        {
            if (other != failed && other.Standing != RouteStanding.Fails && other.AskAt > soon)
                other.AskAt = soon;
        }
    }

    // Every worker has an order of its own, and each member is first for its share of them.
    private ulong Rank(NodeId member) =>
        unchecked(new Prng(_workerId ^ (member.Value * 0x9E3779B97F4A7C15UL)).NextUInt64());
}
