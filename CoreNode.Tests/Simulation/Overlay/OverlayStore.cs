using CoreNode.Cluster.Clients;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>
/// The store: one real key state machine that answers while it is there. Lifetimes end by its own clock, one key after
/// the other.
/// </summary>
internal sealed class OverlayStore(OverlayCluster cluster) : IWatchedStore
{
    private readonly SimulatedKeys _keys = new(new KvOptions { MaxExpiredPerCommand = 1 });
    private readonly List<SimulatedWatch> _watches = [];

    public bool IsThere { get; private set; } = true;

    /// <summary>Since when it is there, or is not.</summary>
    public long Since { get; private set; }

    public IKeyspace Keyspace => _keys.Keyspace;

    public long WallNs => 1_800_000_000_000_000_000 + cluster.World.Now;

    /// <summary>It does not answer for a while.</summary>
    public void GoAway(long nanoseconds)
    {
        if (!IsThere)
            return;
        IsThere = false;
        Since = cluster.World.Now;
        Break(null, cluster.Chance.Chance(0.5));
        cluster.World.After(nanoseconds, () =>
        {
            IsThere = true;
            Since = cluster.World.Now;
            Expire();
        });
    }

    /// <summary>Ends lifetimes; to be called often.</summary>
    public void Expire()
    {
        while (IsThere && _keys.NextExpirationUnixNs <= WallNs)
        {
            if (_keys.Expire(WallNs) is { } told)
                Tell(told);
        }
    }

    public KvNode? Find(string key) => _keys.Find(key, WallNs);

    public KvOutcome Read(string key) => _keys.Read(key, WallNs);

    public KvOutcome Set(string key, string value, KvSetOptions options) =>
        KvCommands.Set(KvText.Key(key), value, options, WallNs, out KvOutcome? refusal) is { } command
            ? Write(command) : refusal!;

    public KvOutcome Delete(string key, KvDeleteOptions options) =>
        KvCommands.Delete(KvText.Key(key), options, out KvOutcome? refusal) is { } command
            ? Write(command) : refusal!;

    /// <summary>Connections are lost: those of a machine, or all.</summary>
    public void Break(OverlayMachine? machine, bool isRude)
    {
        foreach (SimulatedWatch watch in _watches.ToArray())
        {
            if (machine is not null && watch.Owner != machine)
                continue;
            _watches.Remove(watch);
            watch.Break("the connection was lost", isRude);
        }
    }

    public void Add(SimulatedWatch watch)
    {
        if (!cluster.Reaches((OverlayMachine)watch.Owner!))
        {
            watch.Break("the connection was lost", isRude: false);
        }
        else if (watch.Next <= Keyspace.Index)
        {
            // Something happened in between, and there is no history here.
            watch.Lose(Find(watch.Key), Keyspace.Index);
        }
        else
        {
            _watches.Add(watch);
        }
    }

    public void Remove(SimulatedWatch watch) => _watches.Remove(watch);

    private KvOutcome Write(byte[] command)
    {
        KvOutcome outcome = _keys.Write(command, WallNs);
        if (outcome is KvOutcome.Done { Change: var told })
            Tell(told);
        return outcome;
    }

    private void Tell(KvChange told)
    {
        cluster.World.Trace.Note(2, told.Node.ModifiedIndex.Value);
        if (cluster.World.Trace.IsVerbose)
            cluster.World.Trace.Write($"{told.Action} {told.Node.Key} {told.Node.Value} [{told.Node.ModifiedIndex}]");
        cluster.Checker.Written(told);
        foreach (SimulatedWatch watch in _watches.ToArray())
            watch.Offer(told);
    }
}
