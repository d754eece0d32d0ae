using CoreNode.Cluster;
using CoreNode.Cluster.Leases;
using CoreNode.Cluster.Leading;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// Machines that renew leases at the members of a simulated cluster, which run the real table, Raft and log. All that
/// is between them and the leader's table is played here as <c>LeaderTerm</c> and <c>LeaseClient</c> do it, on the
/// machines' and members' own clocks. Judges at every step that no leader calls a machine gone that still counts on its
/// lease.
/// </summary>
internal sealed class SimulatedLeases
{
    private const int MachineCount = 4;
    private const double Drift = 0.02;
    private const double Margin = 0.05;
    private const long Step = 7 * SimulationPlan.Millisecond;

    private readonly SimulatedCluster _cluster;
    private readonly LeaseBug _bug;
    private readonly Prng _chance;
    private readonly Machine[] _machines;
    private readonly Dictionary<SimulatedProcess, Office> _offices = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<SimulatedMember, TimeSpan> _leases = [];
    private readonly HashSet<(int Machine, SimulatedMember Member)> _cut = [];
    private readonly ProposalLoad _load = new(100_000, 1L << 30);

    public SimulatedLeases(SimulatedCluster cluster, LeaseBug bug = LeaseBug.None)
    {
        _cluster = cluster;
        _bug = bug;
        _chance = new Prng(cluster.Plan.Seed).Child("leases");
        _machines = [.. Enumerable.Range(0, MachineCount).Select(n => new Machine(this, n))];
        cluster.World.At(Step, Look);
        foreach (Machine machine in _machines)
            cluster.World.After(_chance.Next(2000) * SimulationPlan.Millisecond, machine.Renew);
        for (int i = 0; i < 12; i++)
            cluster.World.At((long)(_chance.NextDouble() * SimulationPlan.Turmoil), Fault);
    }

    /// <summary>Renewals that leaders granted.</summary>
    public int Granted { get; private set; }

    /// <summary>Leases that went on because there was no leader.</summary>
    public int Extended { get; private set; }

    /// <summary>Machines that a leader called gone.</summary>
    public int Expired { get; private set; }

    /// <summary>Machines that hold a lease by the leader's own count.</summary>
    public int PresentNow => _cluster.Leader is { } leader && _offices.TryGetValue(leader, out Office? office)
        ? office.Table?.Present(Local(leader.Member)).Count ?? 0
        : 0;

    private SimulatedWorld World => _cluster.World;

    private TimeSpan Election => _cluster.Plan.Election;

    private static TimeSpan Local(SimulatedMember member) => member.Time.GetElapsedTime(0);

    private void Look()
    {
        foreach (SimulatedMember member in _cluster.Members)
        {
            // Leases count on clocks of about the same speed.
            if (Math.Abs(member.Time.Rate - 1) > Drift)
                member.Time.Rate = 1 + ((_chance.NextDouble() - 0.5) * 2 * Drift);
            if (member.Process is not { } process || member.PausedUntil > World.Now)
                continue;
            if (!_offices.TryGetValue(process, out Office? office))
                _offices.Add(process, office = new Office(this, process));
            office.Look();
            foreach (Machine machine in _machines)
                Judge(office, machine);
        }

        World.After(Step, Look);
    }

    private void Judge(Office office, Machine machine)
    {
        if (office.Table is not { } table)
            return;
        TimeSpan now = Local(office.Process.Member);
        bool isExpired = table.StateOf(machine.Id, now) == MachineLeaseState.Expired;
        if (isExpired && machine.IsAlive)
        {
            throw new AssertionException(
                $"{office.Process.Member.Name} calls machine {machine.Id} gone in term {office.Term}, which counts on "
                + $"its lease for another {machine.Left.TotalSeconds:F2} s");
        }

        if (isExpired && !office.Gone.Contains(machine.Id))
            Expired++;
        if (isExpired)
            office.Gone.Add(machine.Id);
        else
            office.Gone.Remove(machine.Id);
    }

    // Leases of members that were configured differently, as during a change of --units-lease.
    private TimeSpan LeaseOf(SimulatedMember member)
    {
        if (!_leases.TryGetValue(member, out TimeSpan lease))
            _leases.Add(member, lease = TimeSpan.FromSeconds(3 + _chance.Next(3)));
        return lease;
    }

    private void Fault()
    {
        Machine machine = _machines[_chance.Next(MachineCount)];
        switch (_chance.Next(3))
        {
            case 0:
                machine.PausedUntil = World.Now + ((200 + _chance.Next(9000)) * SimulationPlan.Millisecond);
                break;
            case 1:
                SimulatedMember member = _cluster.Members[_chance.Next(_cluster.Members.Count)];
                _cut.Add((machine.Number, member));
                World.After(
                    _chance.Next(20_000) * SimulationPlan.Millisecond, () => _cut.Remove((machine.Number, member)));
                break;
            default:
                if (_cluster.Leader is { } leader)
                    _cut.Add((machine.Number, leader.Member));
                World.After(_chance.Next(20_000) * SimulationPlan.Millisecond, _cut.Clear);
                break;
        }
    }

    private long Way() => (long)(
        (_cluster.Plan.Latency + (_chance.NextDouble() * _cluster.Plan.Jitter)) * _cluster.Network.Slowness);

    /// <summary>What one process knows as a leader.</summary>
    private sealed class Office(SimulatedLeases leases, SimulatedProcess process)
    {
        private readonly List<(LeaseRenewal Renewal, TimeSpan ReceivedAt, Action<LeaseReply> Answer)> _waiting = [];
        private ReadBarrier? _contact;
        private TimeSpan _contactSentAt;
        private ValueTask<KeyOutcome>? _storing;
        private TimeSpan _wanted;

        public SimulatedProcess Process => process;

        public LeaseTable? Table { get; private set; }

        public Term Term { get; private set; }

        public HashSet<string> Gone { get; } = [];

        public void Look()
        {
            Term term = process.Core.Raft.Role == RaftRole.Leader ? process.Core.Raft.Term : Term.Zero;
            TimeSpan now = Local(process.Member);
            if (term != Term)
            {
                Term = term;
                Table = null;
                _contact = null;
                _storing = null;
                Gone.Clear();
                foreach ((LeaseRenewal _, TimeSpan _, Action<LeaseReply> answer) in _waiting)
                    answer(new LeaseReply.Failed("the term is over"));
                _waiting.Clear();
            }

            if (Term == Term.Zero)
                return;
            if (_contact is { } contact)
                Take(contact, now);
            bool isDue = now - _contactSentAt > leases.Election / 4 || _waiting.Count > 0;
            if (_contact is null && isDue)
            {
                _contactSentAt = now;
                _contact = new ReadBarrier(process.Member.Time.GetTimestamp(), Term);
                process.Post(_contact);
            }
        }

        public void Ask(LeaseRenewal renewal, Action<LeaseReply> answer)
        {
            if (Term != Term.Zero)
            {
                _waiting.Add((renewal, Local(process.Member), answer));
                return;
            }

            AskStanding ask = new();
            process.Post(ask);
            leases.World.After(SimulationPlan.Millisecond, () => process.RunThread(() =>
            {
                if (ask.Completion.Task is not { IsCompletedSuccessfully: true, Result: var standing })
                    return;
                answer(standing.Leader.IsNone
                    ? new LeaseReply.Leaderless(
                        standing, standing.Silence - leases.Election, LongestLease.Read(process.Core.Published))
                    : new LeaseReply.Elsewhere(standing.Leader, []));
            }));
        }

        private void Take(ReadBarrier contact, TimeSpan now)
        {
            if (!contact.Completion.Task.IsCompleted)
                return;
            (IKeyspace? keyspace, KeyError? _) = contact.Completion.Task.Result;
            _contact = null;
            if (keyspace is null)
                return;
            TimeSpan gap = leases._bug == LeaseBug.IgnoresGaps ? TimeSpan.FromHours(1) : leases.Election * 0.75;
            TimeSpan stored = leases._bug == LeaseBug.DoesNotWait ? TimeSpan.FromTicks(1) : LongestLease.Read(keyspace);
            TimeSpan lease = leases._bug == LeaseBug.DoesNotWait
                ? TimeSpan.FromTicks(1) : leases.LeaseOf(process.Member);
            Table ??= new LeaseTable(lease, gap, stored);
            Table.Contact(_contactSentAt, now);
            if (!IsStored(Table, now))
                return;
            for (int i = 0; i < _waiting.Count; i++)
            {
                (LeaseRenewal renewal, TimeSpan receivedAt, Action<LeaseReply> answer) = _waiting[i];
                if (receivedAt > _contactSentAt)
                    continue;
                _waiting.RemoveAt(i--);
                LeaseEntry entry = Table.Enter(renewal, 0, receivedAt, now);
                answer(leases._bug == LeaseBug.DoesNotWait
                    ? new LeaseReply.Granted(TimeSpan.FromSeconds(4))
                    : new LeaseReply.Granted(entry.Lease));
            }
        }

        private bool IsStored(LeaseTable table, TimeSpan now)
        {
            if (_storing is { } storing)
            {
                if (!storing.IsCompleted)
                    return false;
                _storing = null;
                if (storing.Result.Error is not null)
                    return false;
                table.SetStored(_wanted);
                return true;
            }

            if (table.Wanted(now) is not { } wanted)
                return true;
            _wanted = wanted;
            byte[] command = LongestLease.SetCommand(wanted);
            leases._load.Add(command.Length);
            Proposal proposal = Proposal.Rent(command, process.Member.Time.GetTimestamp(), leases._load, Term);
            _storing = proposal.Task;
            process.Post(proposal);
            return false;
        }
    }

    /// <summary>A machine with its own clock.</summary>
    private sealed class Machine(SimulatedLeases leases, int number)
    {
        private readonly SimulatedTime _clock = new(leases.World)
        {
            Rate = 1 + ((leases._chance.NextDouble() - 0.5) * 2 * Drift),
        };

        private TimeSpan _until;
        private TimeSpan? _lastLease;
        private int _question;

        public int Number { get; } = number;

        public string Id { get; } = $"machine{number}";

        public long PausedUntil { get; set; }

        public TimeSpan Left => _until - Now;

        // Its guard lets go by the margin before the lease is over.
        public bool IsAlive => Now < _until;

        private TimeSpan Now => _clock.GetElapsedTime(0);

        public void Renew()
        {
            if (PausedUntil > leases.World.Now)
            {
                leases.World.At(PausedUntil, Renew);
                return;
            }

            LeaseRenewal renewal = new(Id, (ulong)Number + 1, TimeSpan.FromSeconds(5));
            TimeSpan sentAt = Now;
            int question = ++_question;
            List<LeaderlessAnswer> leaderless = [];
            foreach (SimulatedMember member in leases._cluster.Members)
                Send(member, renewal, reply => Take(reply, question, sentAt, leaderless));
            double pause = (_lastLease ?? renewal.Duration).TotalSeconds / 4;
            leases.World.After((long)(pause * SimulationPlan.Second), Renew);
        }

        private void Send(SimulatedMember member, LeaseRenewal renewal, Action<LeaseReply> answered)
        {
            void Return(LeaseReply reply)
            {
                if (!leases._cut.Contains((Number, member)))
                    leases.World.After(leases.Way(), () => Arrive(() => answered(reply)));
            }

            if (leases._cut.Contains((Number, member)))
                return;
            leases.World.After(leases.Way(), () => member.Process?.RunThread(() =>
            {
                if (member.Process is { } process && leases._offices.TryGetValue(process, out Office? office))
                    office.Ask(renewal, Return);
            }));
        }

        // What comes to a machine that stands still is read later.
        private void Arrive(Action read)
        {
            if (PausedUntil > leases.World.Now)
                leases.World.At(PausedUntil, () => Arrive(read));
            else
                read();
        }

        private void Take(LeaseReply reply, int question, TimeSpan sentAt, List<LeaderlessAnswer> leaderless)
        {
            if (question != _question)
                return;
            if (reply is LeaseReply.Granted granted)
            {
                leases.Granted++;
                _lastLease = granted.Lease;
                Hold(leases._bug == LeaseBug.CountsFromAnswer ? Now : sentAt, granted.Lease);
            }
            else if (reply is LeaseReply.Leaderless answer)
            {
                leaderless.Add(new LeaderlessAnswer(answer.Standing, answer.LeaderlessFor, Now));
                bool isCertain = leases._bug == LeaseBug.BelievesOne
                    || LeaderlessMajority.IsCertain(leaderless, sentAt);
                if (IsAlive && _lastLease is { } last && isCertain)
                {
                    leases.Extended++;
                    Hold(sentAt, last);
                }
            }
        }

        private void Hold(TimeSpan sentAt, TimeSpan lease)
        {
            TimeSpan until = sentAt + (lease * (1 - Margin));
            _until = until > _until ? until : _until;
        }
    }
}
