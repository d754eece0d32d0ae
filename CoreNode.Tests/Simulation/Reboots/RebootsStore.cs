using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>
/// The store: one real key state machine that answers while a majority of its voters is up and one of them leads. Who
/// asks while nobody leads is told so, or nothing; what was written then may be there, or come to be there later.
/// </summary>
internal sealed class RebootsStore(RebootsCluster cluster) : IWatchedStore
{
    private readonly SimulatedKeys _keys = new(new KvOptions());
    private readonly List<SimulatedWatch> _watches = [];
    private readonly HashSet<SimulatedWatch> _forgetful = [];
    private readonly List<KvChange> _history = [];
    private readonly List<Action> _later = [];
    private long _leadsFrom;

    public RebootsMachine? Leader { get; private set; }

    public IKeyspace Keyspace => _keys.Keyspace;

    public bool IsThere =>
        Leader is { IsUp: true } && cluster.World.Now >= _leadsFrom && cluster.HasQuorum;

    public long WallNs => 1_800_000_000_000_000_000 + cluster.World.Now;

    /// <summary>Nobody leads for a while; then another one does.</summary>
    public void LoseLeader(long nanoseconds)
    {
        cluster.Tally.Count("the store loses its leader");
        Leader = null;
        _leadsFrom = cluster.World.Now + nanoseconds;
        foreach (SimulatedWatch watch in _watches.ToArray())
            Break(watch, cluster.Chance.Chance(0.3));
        cluster.World.At(_leadsFrom, Elect);
    }

    /// <summary>Leadership moves on as was asked for.</summary>
    public void Transfer()
    {
        cluster.Tally.Count("leadership moves away");
        LoseLeader(RebootsPlan.Second / 10);
    }

    public void Elect()
    {
        if (Leader is { IsUp: true } || cluster.World.Now < _leadsFrom || !cluster.HasQuorum)
            return;
        RebootsMachine[] able = [.. cluster.Voters.Where(static v => v is { IsUp: true, IsAsked: false })];
        if (able.Length == 0)
            able = [.. cluster.Voters.Where(static v => v.IsUp)];
        Leader = able[cluster.Chance.Next(able.Length)];
        cluster.World.Trace.Note(1, (ulong)Leader.Index);
        foreach (Action later in _later)
            later();
        _later.Clear();
        foreach (SimulatedWatch watch in _watches.ToArray())
            Mend(watch);
    }

    public KvOutcome Read(string key) => _keys.Read(key, WallNs);

    public KvOutcome Write(byte[] command, RebootsMachine? by)
    {
        KvOutcome outcome = _keys.Write(command, WallNs);
        if (outcome is not KvOutcome.Done { Change: var told })
            return outcome;
        cluster.World.Trace.Note(2, told.Index.Value, (ulong)(by?.Index ?? -1 + 1000));
        cluster.Checker.Written(told, by);
        _history.Add(told);
        foreach (SimulatedWatch watch in _watches.ToArray())
            watch.Offer(told);
        return outcome;
    }

    /// <summary>Done once somebody leads, though nobody knows.</summary>
    public void WriteLater(byte[] command, RebootsMachine by) => _later.Add(() =>
    {
        cluster.Tally.Count("a write is done though its answer was lost");
        Write(command, by);
    });

    public void Add(SimulatedWatch watch)
    {
        _watches.Add(watch);
        Tell(watch);
    }

    public void Remove(SimulatedWatch watch)
    {
        _watches.Remove(watch);
        _forgetful.Remove(watch);
    }

    // The connection is lost, and perhaps what happens until there is another one.
    private void Break(SimulatedWatch watch, bool isForgetful)
    {
        if (watch.IsDead)
        {
            Remove(watch);
            return;
        }

        if (watch.IsBroken)
            return;
        if (isForgetful)
            _forgetful.Add(watch);
        cluster.Tally.Count("a watch breaks");
        bool isRude = cluster.Chance.Chance(0.2);
        if (isRude)
            cluster.Tally.Count("a watch fails");
        watch.Break("no leader", isRude);
    }

    private void Mend(SimulatedWatch watch)
    {
        if (!watch.IsBroken)
            return;
        watch.Mend();
        if (!_forgetful.Remove(watch))
        {
            Tell(watch);
            return;
        }

        cluster.Tally.Count("a watch loses history");
        watch.Lose(Read(watch.Key) is KvOutcome.Done done ? done.Change.Node : null, Keyspace.Index);
    }

    private void Tell(SimulatedWatch watch)
    {
        for (int i = _history.Count - 1, from = i; ; i--)
        {
            if (i >= 0 && _history[i].Index >= watch.Next)
                continue;
            for (int k = i + 1; k <= from; k++)
                watch.Offer(_history[k]);
            return;
        }
    }
}
