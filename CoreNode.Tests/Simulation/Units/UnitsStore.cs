using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation.Units;

/// <summary>
/// The store: members, one log, and a model of elections that keeps what Raft promises. A leader is elected by a
/// majority of whom none has heard of another one for an election timeout, and who has all that any of them has; what a
/// majority has on disk is committed; who was a leader notices it late. Entries that no majority has are lost with the
/// next leader, and whoever waits for them is told nothing.
/// </summary>
internal sealed class UnitsStore
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(50);

    private readonly UnitsPlan _plan;
    private readonly UnitsNetwork _network;
    private readonly SimulatedWorld _world;
    private readonly Prng _chance;
    private readonly List<StoreEntry> _log = [];
    private ulong _term;

    public UnitsStore(UnitsPlan plan, SimulatedWorld world, UnitsNetwork network, IEnumerable<UnitsNode> nodes,
        Action<string, int> claimed)
    {
        _plan = plan;
        _world = world;
        _network = network;
        _chance = new Prng(plan.Seed).Child("elections");
        Members = [.. nodes.Take(plan.Members).Select(node => new StoreMember(node, claimed, () => WallNs))];
    }

    public IReadOnlyList<StoreMember> Members { get; }

    /// <summary>Entries of the log, lost ones not counted.</summary>
    public int Length => _log.Count;

    /// <summary>Leaders elected so far.</summary>
    public ulong Elections => _term;

    /// <summary>Who really leads; null if its term is over.</summary>
    public StoreMember? Leader => Members.FirstOrDefault(m => m.Leading == _term && _term != 0 && m.Node.IsRunning);

    /// <summary>The member that has applied most.</summary>
    public StoreMember Newest => Members.MaxBy(static m => m.Applied)!;

    /// <summary>Called when a member begins to lead, as it thinks.</summary>
    public Action<StoreMember, ulong>? Led { get; set; }

    /// <summary>The members' wall clocks, which agree.</summary>
    public long WallNs => 1_800_000_000_000_000_000 + _world.Now;

    /// <summary>A watch by way of a member.</summary>
    public StoreSubscription Subscribe(
        UnitsNode node, StoreMember home, string prefix, StoreIndex after, Action<KvChange> tell)
    {
        StoreSubscription subscription = new(_network, home.Node, node, prefix, after, tell);
        home.Subscribe(subscription);
        return subscription;
    }

    /// <summary>A node reaches a member.</summary>
    public bool IsOpen(UnitsNode node, StoreMember member) => _network.IsOpen(node, member.Node);

    public StoreMember? MemberOf(UnitsNode node) => node.Index < Members.Count ? Members[node.Index] : null;

    public void Begin(StoreMember member)
    {
        member.Begin(Patience());
        Tick(member);
    }

    /// <summary>Steps down, as if it was asked to.</summary>
    public void Transfer()
    {
        if (Leader is not { } leader)
            return;
        leader.Leading = 0;
        leader.Leader = null;
        leader.Patience = _plan.Election * 3;
        foreach (StoreMember other in Members)
            other.HeardAt -= _plan.Election;
    }

    /// <summary>What a process wants written; null: nobody knows whether it was.</summary>
    public void Propose(UnitsNode node, StoreMember? home, byte[] command, ulong onlyIn, Action<KeyOutcome?> done)
    {
        bool isDone = false;
        int asker = node.Incarnation;
        void Answer(KeyOutcome? outcome)
        {
            if (isDone)
                return;
            isDone = true;
            done(outcome);
        }

        node.After(TimeSpan.FromSeconds(7), () => Answer(null));
        if (home is null)
            return;
        void Reply(KeyOutcome outcome) => _network.Send(home.Node, node, asker, () => Answer(outcome));
        _network.Send(node, home.Node, () => Forward(home, 50, leader => Append(leader, home, command, onlyIn, Reply)));
    }

    /// <summary>A read that a quorum confirms; null: it was not.</summary>
    public void Read(UnitsNode node, StoreMember? home, Action<StoreMember?> done)
    {
        bool isDone = false;
        int asker = node.Incarnation;
        void Answer(StoreMember? member)
        {
            if (isDone)
                return;
            isDone = true;
            done(member);
        }

        node.After(TimeSpan.FromSeconds(5), () => Answer(null));
        if (home is null)
            return;
        void Reply(int index) =>
            home.WhenApplied(index, () => _network.Send(home.Node, node, asker, () => Answer(home)));
        _network.Send(node, home.Node, () => Forward(home, 30, leader => Contact(leader, leader.Leading, () =>
        {
            int index = leader.Committed;
            _network.Send(leader.Node, home.Node, () => Reply(index));
        })));
    }

    /// <summary>
    /// Asks a quorum whether this member leads in that term; never answers if it does not. What the terms before
    /// committed is applied then.
    /// </summary>
    public void Contact(StoreMember leader, ulong term, Action confirmed)
    {
        if (leader.Leading != term || term == 0)
            return;
        leader.Contacts.Add((leader.Node.Now, () =>
        {
            int begun = _log.FindIndex(entry => entry.Term == term) + 1;
            if (leader.Leading == term && begun > 0)
                leader.WhenApplied(begun, confirmed);
        }
        ));
        Beat(leader);
    }

    // A follower passes on to its leader; without one it waits for one.
    private void Forward(StoreMember home, int attempts, Action<StoreMember> then)
    {
        if (home.Leading != 0)
            then(home);
        else if (home.Leader is { } leader)
            _network.Send(home.Node, leader.Node, () => Arrive(leader, then));
        else if (attempts > 0)
            home.Node.After(TimeSpan.FromMilliseconds(100), () => Forward(home, attempts - 1, then));
    }

    private static void Arrive(StoreMember leader, Action<StoreMember> then)
    {
        if (leader.Leading != 0)
            then(leader);
    }

    private void Append(StoreMember leader, StoreMember home, byte[] command, ulong onlyIn, Action<KeyOutcome> reply)
    {
        bool isBound = onlyIn != 0 && _plan.Bug != UnitsBug.WritesLate;
        if (isBound && leader.Leading != onlyIn)
        {
            reply(new KeyOutcome(null, StoreErrors.TermIsOver, leader.Index));
            return;
        }

        // One that leads no more takes it, and will never get a majority for it.
        if (leader.Leading != _term)
            return;
        _log.Add(new StoreEntry(command, _term, home, reply));
        leader.Accepted = _log.Count;
        Beat(leader);
    }

    private void Tick(StoreMember member)
    {
        if (member.Leading != 0)
        {
            TimeSpan quorumAt = QuorumAnsweredAt(member);
            member.HeardAt = quorumAt > member.HeardAt ? quorumAt : member.HeardAt;
            if (member.Silence > _plan.Election)
            {
                member.Leading = 0;
                member.Leader = null;
                member.Contacts.Clear();
                member.Patience = Patience();
            }
            else
            {
                Expire(member);
                Beat(member);
            }
        }
        else if (member.Silence > member.Patience)
        {
            member.Leader = null;
            TryLead(member);
        }

        member.Node.After(s_tick, () => Tick(member));
    }

    // What is due goes one after the other, each with a command of its own.
    private void Expire(StoreMember leader)
    {
        if (leader.NextExpirationUnixNs > WallNs || leader.Applied < leader.Accepted)
            return;
        byte[] command = new KeyCommand
        {
            Operation = KeyOperation.Expire,
            Key = "/"u8,
            ExpirationUnixNs = WallNs,
        }.Encode();
        Append(leader, leader, command, 0, static _ => { });
    }

    private TimeSpan Patience() => _plan.Election * (1 + _chance.NextDouble());

    private void TryLead(StoreMember candidate)
    {
        StoreMember[] voters = [.. Members.Where(m => m == candidate
            || (m.Node is { IsRunning: true, IsPaused: false } && _network.IsOpen(m.Node, candidate.Node)
                && m.Silence > _plan.Election && m.Accepted <= candidate.Accepted))];
        candidate.Patience = candidate.Silence + Patience();
        if (voters.Length * 2 <= Members.Count)
            return;
        _term++;
        _log.RemoveRange(candidate.Accepted, _log.Count - candidate.Accepted);
        foreach (StoreMember member in Members)
            member.Accepted = Math.Min(member.Accepted, _log.Count);
        foreach (StoreMember voter in voters)
        {
            voter.Term = _term;
            voter.Leading = 0;
            voter.Leader = candidate;
            voter.HeardAt = voter.Node.Now;
            voter.Patience = Patience();
        }

        candidate.Leading = _term;
        candidate.Committed = candidate.Applied;
        candidate.Contacts.Clear();
        candidate.Followers.Clear();
        _log.Add(new StoreEntry(null, _term, null, null));
        candidate.Accepted = _log.Count;
        _world.Trace.Note(1, _term, (ulong)candidate.Node.Index);
        if (_world.Trace.IsVerbose)
            _world.Trace.Mark($"machine {candidate.Node.Index} leads in term {_term}");
        Led?.Invoke(candidate, _term);
        Beat(candidate);
    }

    private void Beat(StoreMember leader)
    {
        ulong term = leader.Leading;
        TimeSpan sentAt = leader.Node.Now;
        int accepted = leader.Accepted;
        int committed = leader.Committed;
        int process = leader.Node.Incarnation;
        foreach (StoreMember member in Members)
        {
            if (member != leader)
            {
                _network.Send(
                    leader.Node, member.Node, () => Take(leader, member, term, sentAt, accepted, committed, process));
            }
        }

        Count(leader, leader, sentAt, accepted);
    }

    private void Take(
        StoreMember leader, StoreMember member, ulong term, TimeSpan sentAt, int accepted, int committed,
        int process)
    {
        if (member.Term > term)
            return;
        member.Term = term;
        member.Leading = 0;
        member.Leader = leader;
        member.HeardAt = member.Node.Now;

        // Of a term that is over only what was there before the next one is still what it was.
        member.Accepted = Math.Max(member.Accepted, Math.Min(accepted, term == _term ? _log.Count : member.Accepted));
        member.Apply(_log, committed);
        int has = member.Accepted;
        _network.Send(member.Node, leader.Node, process, () =>
        {
            if (leader.Leading == term)
                Count(leader, member, sentAt, Math.Min(has, accepted));
        });
    }

    private void Count(StoreMember leader, StoreMember member, TimeSpan sentAt, int accepted)
    {
        (int Accepted, TimeSpan SentAt) before = leader.Followers.GetValueOrDefault(member);
        leader.Followers[member] = (
            Math.Max(before.Accepted, accepted), sentAt > before.SentAt ? sentAt : before.SentAt);
        int majority = Members.Count / 2;
        int[] had = [.. leader.Followers.Values.Select(static f => f.Accepted).OrderDescending()];
        if (leader.Leading == _term && had.Length > majority && had[majority] > leader.Committed
            && _log[had[majority] - 1].Term == _term)
        {
            leader.Committed = had[majority];
            leader.Apply(_log, leader.Committed);
            Beat(leader);
        }

        TimeSpan confirmed = QuorumAnsweredAt(leader);
        for (int i = 0; i < leader.Contacts.Count; i++)
        {
            if (leader.Contacts[i].SentAt > confirmed)
                continue;
            Action then = leader.Contacts[i].Then;
            leader.Contacts.RemoveAt(i--);
            then();
        }
    }

    // The sending of the last messages that a majority has answered.
    private TimeSpan QuorumAnsweredAt(StoreMember leader)
    {
        TimeSpan[] answered = [.. leader.Followers
            .Select(f => f.Key == leader ? leader.Node.Now : f.Value.SentAt).OrderDescending()];
        int majority = Members.Count / 2;
        return answered.Length > majority ? answered[majority] : TimeSpan.MinValue;
    }
}
