using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Overlay;

/// <summary>
/// The store: one real key state machine that answers while it is there. Lifetimes end by its own clock, one key after
/// the other.
/// </summary>
internal sealed class OverlayStore(OverlayCluster cluster)
{
    private readonly KeyStateMachine _machine = new(
        new KvOptions { MaxExpiredPerCommand = 1 }, new StoreStatistics());
    private readonly SortedDictionary<string, KvNode> _mortal = new(StringComparer.Ordinal);
    private readonly List<OverlayWatch> _watches = [];
    private ulong _log;

    public bool IsThere { get; private set; } = true;

    /// <summary>Since when it is there, or is not.</summary>
    public long Since { get; private set; }

    public IKeyspace Keyspace { get; private set; } =
        new KeyStateMachine(new KvOptions(), new StoreStatistics()).Publish();

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
        while (IsThere && _machine.NextExpirationUnixNs <= WallNs)
        {
            byte[] command = new KeyCommand
            {
                Operation = KeyOperation.Expire,
                Key = "/"u8,
                ExpirationUnixNs = WallNs,
            }.Encode();
            _machine.Apply(command, new LogIndex(++_log), new Term(1), WallNs);
            Keyspace = _machine.Publish();
            foreach ((string key, KvNode node) in _mortal)
            {
                if (Keyspace.TryGet(KvText.Key(key), out KeyRecord _))
                    continue;
                _mortal.Remove(key);
                KvNode gone = new() { Key = key, CreatedIndex = node.CreatedIndex, ModifiedIndex = Keyspace.Index };
                Tell(new KvChange(KeyAction.Expire, gone, node, Keyspace.Index));
                break;
            }
        }
    }

    public KvNode? Find(string key) =>
        Read(key) is KvOutcome.Done { Change.Node: var node } ? node : null;

    public KvOutcome Read(string key)
    {
        byte[] bytes = KvText.Key(key);
        if (!Keyspace.TryGet(bytes, out KeyRecord record))
            return KvText.Refused(Keyspace.ExplainMissing(bytes));
        KvNode node = record.IsDirectory
            ? KvListing.Read(Keyspace, record, bytes, true, WallNs) : KvText.Node(record, WallNs);
        return new KvOutcome.Done(new KvChange(KeyAction.Get, node, null, Keyspace.Index));
    }

    public KvOutcome Set(string key, string value, KvSetOptions options) =>
        KvCommands.Set(KvText.Key(key), value, options, WallNs, out KvOutcome? refusal) is { } command
            ? Write(command) : refusal!;

    public KvOutcome Delete(string key, KvDeleteOptions options) =>
        KvCommands.Delete(KvText.Key(key), options, out KvOutcome? refusal) is { } command
            ? Write(command) : refusal!;

    /// <summary>Connections are lost: those of a machine, or all.</summary>
    public void Break(OverlayMachine? machine, bool isRude)
    {
        foreach (OverlayWatch watch in _watches.ToArray())
        {
            if (machine is null || watch.IsOf(machine))
                watch.Break(isRude);
        }
    }

    public void Add(OverlayWatch watch) => _watches.Add(watch);

    public void Remove(OverlayWatch watch) => _watches.Remove(watch);

    private KvOutcome Write(byte[] command)
    {
        KeyOutcome outcome = _machine.Apply(command, new LogIndex(++_log), new Term(1), WallNs);
        Keyspace = _machine.Publish();
        if (outcome.Event is not { } change)
            return outcome.Error is { } error ? KvText.Refused(error) : new KvOutcome.Unknown("nothing to tell of");
        KvChange told = KvText.Change(change, outcome.Index);
        if (told.Node.Expiration is not null)
            _mortal[told.Node.Key] = told.Node;
        else
            Forget(told.Node.Key);
        Tell(told);
        return new KvOutcome.Done(told);
    }

    // Also what was below it.
    private void Forget(string key)
    {
        foreach (string other in _mortal.Keys.ToArray())
        {
            if (other == key || other.StartsWith(key + "/", StringComparison.Ordinal))
                _mortal.Remove(other);
        }
    }

    private void Tell(KvChange told)
    {
        cluster.World.Trace.Note(2, told.Node.ModifiedIndex.Value);
        if (cluster.World.Trace.IsVerbose)
            cluster.World.Trace.Write($"{told.Action} {told.Node.Key} {told.Node.Value} [{told.Node.ModifiedIndex}]");
        cluster.Checker.Written(told);
        foreach (OverlayWatch watch in _watches.ToArray())
            watch.Offer(told);
    }
}
