using CoreNode.Cluster.Clients;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// A member of the store: the real key state machine under a model of replication that keeps Raft's promises. What a
/// process must not forget (term, log, state) outlives it.
/// </summary>
internal sealed class StoreMember(UnitsNode node, Action<string, int> claimed, Func<long> wallNs)
{
    private readonly KeyStateMachine _machine = new(
        new KvOptions { HistoryCapacity = 10, MaxExpiredPerCommand = 1 }, new StoreStatistics());
    private readonly List<StoreSubscription> _subscriptions = [];
    private readonly List<KvChange> _history = [];
    private readonly SortedDictionary<string, KvNode> _mortal = new(StringComparer.Ordinal);
    private readonly List<(int Applied, Action Then)> _waiting = [];

    public UnitsNode Node { get; } = node;

    public ulong Term { get; set; }

    /// <summary>Entries that it has on disk.</summary>
    public int Accepted { get; set; }

    /// <summary>Entries that it has applied.</summary>
    public int Applied { get; private set; }

    /// <summary>The leader that it knows; null: none.</summary>
    public StoreMember? Leader { get; set; }

    /// <summary>When it heard of a leader last; of itself, when a quorum answered it.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>How long it waits for a leader.</summary>
    public TimeSpan Patience { get; set; }

    /// <summary>The term that it leads, as far as it knows; zero: it does not.</summary>
    public ulong Leading { get; set; }

    /// <summary>As leader: what each member has, and the sending of the last message that it answered.</summary>
    public Dictionary<StoreMember, (int Accepted, TimeSpan SentAt)> Followers { get; } = [];

    /// <summary>As leader: entries that are committed.</summary>
    public int Committed { get; set; }

    /// <summary>As leader: who waits for a quorum's confirmation of something that was sent then.</summary>
    public List<(TimeSpan SentAt, Action Then)> Contacts { get; } = [];

    /// <summary>What is known of units, always up to date with what was applied.</summary>
    public RegistryState Registry { get; private set; } = RegistryState.Empty(RegistryKeys.Default);

    public IKeyspace Keyspace { get; private set; } =
        new KeyStateMachine(new KvOptions(), new StoreStatistics()).Publish();

    /// <summary>Called with each change that it applies.</summary>
    public Action<KvChange>? Changed { get; set; }

    /// <summary>What units announced.</summary>
    public SortedDictionary<string, string> Told { get; } = new(StringComparer.Ordinal);

    public StoreIndex Index => _machine.Index;

    /// <summary>When the next key's lifetime is over.</summary>
    public long NextExpirationUnixNs => _machine.NextExpirationUnixNs;

    public TimeSpan Silence => Node.Now - HeardAt;

    /// <summary>A process begins: it knows of nobody.</summary>
    public void Begin(TimeSpan patience)
    {
        Leader = null;
        Leading = 0;
        HeardAt = Node.Now;
        Patience = patience;
        Contacts.Clear();
        foreach (StoreSubscription subscription in _subscriptions)
            subscription.IsOver = true;
        _subscriptions.Clear();
        _waiting.Clear();
    }

    public LeaderStanding Standing(IReadOnlyList<StoreMember> members) => new(
        Id(this), Leader is null ? NodeId.None : Id(Leader), new Term(Term), Silence, [.. members.Select(Id)], []);

    /// <summary>Applies entries up to a number of them.</summary>
    public void Apply(IReadOnlyList<StoreEntry> log, int count)
    {
        while (Applied < Math.Min(count, Accepted))
        {
            StoreEntry entry = log[Applied++];
            LogIndex index = new((ulong)Applied);
            if (entry.Command is null)
            {
                _machine.SkipTo(index, new Term(entry.Term));
                continue;
            }

            KeyOutcome outcome = _machine.Apply(entry.Command, index, new Term(entry.Term), wallNs());
            Keyspace = _machine.Publish();
            if (outcome.Event is { } change)
            {
                KvChange told = KvText.Change(change, change.Index);
                if (told.Node.Expiration is not null)
                    _mortal[told.Node.Key] = told.Node;
                // A refreshed lifetime tells nobody.
                if (!KeyCommand.Decode(entry.Command).IsRefresh)
                    Tell(told);
            }
            else
            {
                TellExpired();
            }

            if (entry.Home == this)
                entry.Answer?.Invoke(outcome);
        }

        for (int i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].Applied > Applied)
                continue;
            Action then = _waiting[i].Then;
            _waiting.RemoveAt(i--);
            then();
        }
    }

    private void Tell(KvChange told)
    {
        Registry = Registry.Apply(told);
        Look(told);
        Hear(told);
        Changed?.Invoke(told);
        _history.Add(told);
        foreach (StoreSubscription subscription in _subscriptions)
            subscription.Offer(told);
    }

    // At most one key: a command ends no more.
    private void TellExpired()
    {
        foreach ((string key, KvNode node) in _mortal)
        {
            if (Keyspace.TryGet(KvText.Key(key), out KeyRecord _))
                continue;
            _mortal.Remove(key);
            KvNode gone = new() { Key = key, CreatedIndex = node.CreatedIndex, ModifiedIndex = Index };
            Tell(new KvChange(KeyAction.Expire, gone, node, Index));
            return;
        }
    }

    // Of a singleton there is one claim at most, at any moment of the log.
    private void Look(KvChange told)
    {
        string schedule = RegistryKeys.Default.Schedules + "/";
        string[] parts = told.Node.Key.StartsWith(schedule, StringComparison.Ordinal)
            ? told.Node.Key[schedule.Length..].Split('/') : [];
        if (parts.Length == 2 && Registry.Entry(parts[0], parts[1]) is { IsSingleton: true })
            claimed(parts[1], Registry.EntriesOf(parts[1]).Count);
    }

    private void Hear(KvChange told)
    {
        if (!told.Node.Key.StartsWith("/told/", StringComparison.Ordinal))
            return;
        if (told.Action is KeyAction.Delete or KeyAction.CompareAndDelete)
            Told.Remove(told.Node.Key);
        else
            Told[told.Node.Key] = told.Node.Value ?? "";
    }

    public void WhenApplied(int count, Action then)
    {
        if (Applied >= count)
            then();
        else
            _waiting.Add((count, then));
    }

    /// <summary>All changes from an index on.</summary>
    public void Subscribe(StoreSubscription subscription)
    {
        foreach (KvChange change in _history)
            subscription.Offer(change);
        _subscriptions.Add(subscription);
    }

    private static NodeId Id(StoreMember member) => new((ulong)member.Node.Index + 1);
}
