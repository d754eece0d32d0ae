using CoreNode.Pki;
using CoreNode.Proxy;

namespace CoreNode.Api.Relay;

/// <summary>
/// The connections to all members, and the order in which they are asked. Follows the view of the members that it is
/// given. What holds: no connection in use is left unwatched, also not one to a member that has left. Any thread.
/// </summary>
public sealed class Upstreams : IDisposable
{
    private static readonly TimeSpan s_reviewInterval = TimeSpan.FromMilliseconds(250);

    private readonly RelayOptions _options;
    private readonly UpstreamConnector _connector;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new(); // _all, _leaving
    private readonly Dictionary<Route, Upstream> _all = [];
    private readonly List<Upstream> _leaving = []; // routes that are gone, while one of their connections is in use
    private UpstreamOrder _order = UpstreamOrder.Empty;
    private long _rounds;

    /// <summary>Connects to nothing yet.</summary>
    public Upstreams(RelayOptions options, ICertificateSource? certificates, TimeProvider time)
    {
        _options = options;
        _connector = new UpstreamConnector(options, certificates);
        _time = time;
    }

    /// <summary>Reviews done: it grows as long as <see cref="RunAsync"/> is alive.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    /// <summary>Connections to members, idle ones included.</summary>
    public int Connections
    {
        get
        {
            lock (_gate)
                return _all.Values.Sum(static one => one.Count);
        }
    }

    /// <summary>Whom to ask, best first.</summary>
    internal UpstreamOrder Order => Volatile.Read(ref _order);

    internal RelayOptions Options => _options;

    internal TimeProvider Time => _time;

    /// <summary>Takes over whom to ask; routes that are gone are closed.</summary>
    /// <param name="current">
    /// Gives the newest view, asked for with the order locked: of two threads that tell of two changes at once, neither
    /// puts an older view in the place of a newer one. Must not block.
    /// </param>
    public void Follow(Func<FollowerView> current)
    {
        List<Upstream> gone;
        lock (_gate)
        {
            FollowerView view = current();
            HashSet<Route> wanted = [.. view.Order];
            gone = [.. _all.Values.Where(one => !wanted.Contains(one.Route))];
            foreach (Upstream one in gone)
                _all.Remove(one.Route);
            Volatile.Write(ref _order, new UpstreamOrder(
                [.. view.Order.Select(Find)],
                Array.ConvertAll<RouteReport, bool>(
                    [.. view.Reports], static report => report.Standing == RouteStanding.Answers)));
        }

        foreach (Upstream one in gone)
            one.Dispose();
        lock (_gate)
            _leaving.AddRange(gone);
    }

    /// <summary>The connections of one route.</summary>
    internal Upstream Of(Route route)
    {
        lock (_gate)
            return Find(route);
    }

    /// <summary>Cuts what is overdue until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(s_reviewInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                Upstream[] all;
                lock (_gate)
                {
                    _leaving.RemoveAll(static one => one.Count == 0);
                    all = [.. _all.Values, .. _leaving];
                }

                foreach (Upstream one in all)
                    one.Review();
                Interlocked.Increment(ref _rounds);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Upstream[] all;
        lock (_gate)
        {
            all = [.. _all.Values];
            _all.Clear();
            _leaving.Clear();
        }

        foreach (Upstream one in all)
            one.Dispose();
    }

    private Upstream Find(Route route)
    {
        if (!_all.TryGetValue(route, out Upstream? found))
            _all.Add(route, found = new Upstream(route, _options, _connector, _time));
        return found;
    }
}
