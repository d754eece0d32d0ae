using CoreNode.Cluster.Clients;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation;

/// <summary>The real key state machine as a store that never loses anything: one command after the other.</summary>
internal sealed class SimulatedKeys(KvOptions options)
{
    private readonly KeyStateMachine _machine = new(options, new StoreStatistics());
    private readonly SortedDictionary<string, KvNode> _mortal = new(StringComparer.Ordinal);
    private ulong _log;

    public IKeyspace Keyspace { get; private set; } =
        new KeyStateMachine(new KvOptions(), new StoreStatistics()).Publish();

    /// <summary>When the next key's lifetime is over.</summary>
    public long NextExpirationUnixNs => _machine.NextExpirationUnixNs;

    public KvNode? Find(string key, long wallNs) =>
        Read(key, wallNs) is KvOutcome.Done { Change.Node: var node } ? node : null;

    public KvOutcome Read(string key, long wallNs)
    {
        byte[] bytes = KvText.Key(key);
        if (!Keyspace.TryGet(bytes, out KeyRecord record))
            return KvText.Refused(Keyspace.ExplainMissing(bytes));
        KvNode node = record.IsDirectory
            ? KvListing.Read(Keyspace, record, bytes, true, wallNs) : KvText.Node(record, wallNs);
        return new KvOutcome.Done(new KvChange(KeyAction.Get, node, null, Keyspace.Index));
    }

    public KvOutcome Write(byte[] command, long wallNs)
    {
        KeyOutcome outcome = _machine.Apply(command, new LogIndex(++_log), new Term(1), wallNs);
        Keyspace = _machine.Publish();
        if (outcome.Event is not { } change)
            return outcome.Error is { } error ? KvText.Refused(error) : new KvOutcome.Unknown("nothing to tell of");
        KvChange told = KvText.Change(change, outcome.Index);
        Forget(told.Node.Key);
        if (told.Node.Expiration is not null)
            _mortal[told.Node.Key] = told.Node;
        return new KvOutcome.Done(told);
    }

    /// <summary>Ends a lifetime that is over; null where there is none, or nothing to tell.</summary>
    public KvChange? Expire(long wallNs)
    {
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Expire,
            Key = "/"u8,
            ExpirationUnixNs = wallNs,
        }.Encode();
        _machine.Apply(command, new LogIndex(++_log), new Term(1), wallNs);
        Keyspace = _machine.Publish();
        foreach ((string key, KvNode node) in _mortal)
        {
            if (Keyspace.TryGet(KvText.Key(key), out KeyRecord _))
                continue;
            _mortal.Remove(key);
            KvNode gone = new() { Key = key, CreatedIndex = node.CreatedIndex, ModifiedIndex = Keyspace.Index };
            return new KvChange(KeyAction.Expire, gone, node, Keyspace.Index);
        }

        return null;
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
}
