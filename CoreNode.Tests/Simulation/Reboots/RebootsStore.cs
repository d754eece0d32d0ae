using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Reboots;

/// <summary>
/// The store: one real key state machine that answers while a majority of its voters is up and one of them leads. Who
/// asks while nobody leads is told so, or nothing; what was written then may be there, or come to be there later.
/// </summary>
internal sealed class RebootsStore(RebootsCluster cluster)
{
    private readonly KeyStateMachine _machine = new(new KvOptions(), new StoreStatistics());
    private readonly List<RebootsWatch> _watches = [];
    private readonly List<KvChange> _history = [];
    private readonly List<Action> _later = [];
    private long _leadsFrom;
    private ulong _log;

    public RebootsMachine? Leader { get; private set; }

    public IKeyspace Keyspace { get; private set; } =
        new KeyStateMachine(new KvOptions(), new StoreStatistics()).Publish();

    public bool IsThere =>
        Leader is { IsUp: true } && cluster.World.Now >= _leadsFrom && cluster.HasQuorum;

    public long WallNs => 1_800_000_000_000_000_000 + cluster.World.Now;

    /// <summary>Nobody leads for a while; then another one does.</summary>
    public void LoseLeader(long nanoseconds)
    {
        cluster.Tally.Count("the store loses its leader");
        Leader = null;
        _leadsFrom = cluster.World.Now + nanoseconds;
        foreach (RebootsWatch watch in _watches.ToArray())
            watch.Break(cluster.Chance.Chance(0.3));
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
        foreach (RebootsWatch watch in _watches.ToArray())
            watch.Mend();
    }

    public KvOutcome Read(string key)
    {
        byte[] bytes = KvText.Key(key);
        if (!Keyspace.TryGet(bytes, out KeyRecord record))
            return KvText.Refused(Keyspace.ExplainMissing(bytes));
        KvNode node = record.IsDirectory
            ? KvListing.Read(Keyspace, record, bytes, true, WallNs) : KvText.Node(record, WallNs);
        return new KvOutcome.Done(new KvChange(KeyAction.Get, node, null, Keyspace.Index));
    }

    public KvOutcome Write(byte[] command, RebootsMachine? by)
    {
        KeyOutcome outcome = _machine.Apply(command, new LogIndex(++_log), new Term(1), WallNs);
        Keyspace = _machine.Publish();
        if (outcome.Event is not { } change)
            return outcome.Error is { } error ? KvText.Refused(error) : new KvOutcome.Unknown("nothing to tell of");
        KvChange told = KvText.Change(change, outcome.Index);
        cluster.World.Trace.Note(2, told.Index.Value, (ulong)(by?.Index ?? -1 + 1000));
        cluster.Checker.Written(told, by);
        _history.Add(told);
        foreach (RebootsWatch watch in _watches.ToArray())
            watch.Offer(told);
        return new KvOutcome.Done(told);
    }

    /// <summary>Done once somebody leads, though nobody knows.</summary>
    public void WriteLater(byte[] command, RebootsMachine by) => _later.Add(() =>
    {
        cluster.Tally.Count("a write is done though its answer was lost");
        Write(command, by);
    });

    public void Add(RebootsWatch watch)
    {
        _watches.Add(watch);
        Tell(watch);
    }

    public void Remove(RebootsWatch watch) => _watches.Remove(watch);

    public void Tell(RebootsWatch watch)
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
