using CoreNode.Cluster;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;
using CoreNode.Tests.Raft;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// Connections between members as the real transport has them: two in each direction, one for what is small and urgent
/// and one for the rest. Within a connection order is kept and nothing gets lost; a loss breaks it, and what was on its
/// way is lost or arrives later, beside what comes on the next connection. Links can be cut in one direction or both.
/// </summary>
internal sealed class SimulatedNetwork(SimulatedWorld world, SimulationPlan plan)
{
    private const long ReconnectDelay = 20 * SimulationPlan.Millisecond;
    private const long ReviewDelay = SimulationPlan.Second;
    private const double StreamLoss = 0.01;

    private readonly Prng _chance = new Prng(plan.Seed).Child("network");
    private readonly Dictionary<NodeId, SimulatedProcess> _processes = [];
    private readonly Dictionary<(NodeId From, NodeId To, bool IsBulk), SimulatedConnection> _connections = [];
    private readonly Dictionary<(NodeId From, NodeId To, bool IsBulk), long> _reconnectAt = [];
    private readonly HashSet<(NodeId From, NodeId To)> _cut = [];
    private readonly Dictionary<(NodeId From, NodeId To), SimulatedStream> _streams = [];
    private bool _isAtPeace;

    /// <summary>Chance that a connection breaks at a message, beside the plan's.</summary>
    public double ExtraLoss { get; set; }

    /// <summary>Messages take that many times as long.</summary>
    public int Slowness { get; set; } = 1;

    /// <summary>Links that carry nothing now.</summary>
    public int CutCount => _cut.Count;

    /// <summary>Messages that arrived.</summary>
    public long Delivered { get; private set; }

    public void ProcessStarted(SimulatedProcess process) => _processes[process.Id] = process;

    public void ProcessEnded(SimulatedProcess process)
    {
        if (_processes.TryGetValue(process.Id, out SimulatedProcess? known) && known == process)
            _processes.Remove(process.Id);
        foreach (SimulatedConnection connection in _connections.Values
            .Where(one => one.From == process || one.To == process).ToArray())
        {
            Break(connection);
        }

        foreach (SimulatedStream stream in _streams.Values)
            stream.ProcessEnded(process);
    }

    /// <summary>Who is not named any more is not talked to.</summary>
    public void MembersChanged(SimulatedProcess process)
    {
        foreach (SimulatedConnection connection in _connections.Values
            .Where(one => one.From == process && !process.Peers.Knows(one.To.Id)).ToArray())
        {
            _connections.Remove(KeyOf(connection, isBulk: true));
            _connections.Remove(KeyOf(connection, isBulk: false));
        }

        world.After(ReviewDelay, () => Review(process));
    }

    /// <summary>Nothing gets from one to the other any more.</summary>
    public void Cut(NodeId from, NodeId to) => _cut.Add((from, to));

    /// <summary>From now on nothing gets lost.</summary>
    public void BeAtPeace()
    {
        _isAtPeace = true;
        Slowness = 1;
        Heal();
    }

    /// <summary>All links carry again.</summary>
    public void Heal()
    {
        _cut.Clear();
        foreach (SimulatedConnection connection in _connections.Values)
        {
            if (!connection.IsBlocked)
                continue;
            connection.IsBlocked = false;
            connection.LastArrival = Math.Max(connection.LastArrival, world.Now);
            while (connection.Held.TryDequeue(out object? message))
                Carry(connection, message, plan.Latency);
        }
    }

    public void Dial(SimulatedProcess from, NodeId to)
    {
        Connect(from, to, isBulk: true);
        Connect(from, to, isBulk: false);
    }

    public void Send(SimulatedProcess from, NodeId to, bool isBulk, object message)
    {
        if (Connect(from, to, isBulk) is not { } connection)
            return;
        if (!_isAtPeace && _chance.Chance(plan.Loss + ExtraLoss))
        {
            Break(connection);
            return;
        }

        long delay = (plan.Latency + (long)(_chance.NextDouble() * _chance.NextDouble() * plan.Jitter)) * Slowness;
        Carry(connection, message, delay);
        bool isRepeated = !_isAtPeace && message is RaftMessage && plan.Duplication > 0
            && _chance.Chance(plan.Duplication);
        if (isRepeated)
            world.After(delay * (1 + _chance.Next(50)), () => Arrive(connection, message));
        if (plan.Bug == PlantedBug.ForwardsTwice && message is ForwardedCommands forwarded)
            Carry(connection, forwarded with { Batch = forwarded.Batch + (1UL << 40) }, delay);
    }

    /// <summary>Streams a snapshot; its end is told in any case.</summary>
    public void SendSnapshot(SimulatedProcess from, RaftMessage message)
    {
        if (_streams.ContainsKey((from.Id, message.To)))
            return;
        void End(bool isDelivered)
        {
            _streams.Remove((from.Id, message.To));
            world.Trace.Note(11, from.Id.Value, message.To.Value, isDelivered ? 1UL : 0);
            if (world.Trace.IsVerbose)
                world.Trace.Write($"{from.Member.Name}: snapshot {message.Snapshot!.Index} delivered: {isDelivered}");
            if (!from.HasEnded)
                SimulatedMessages.ReportSnapshot(from, message.To, isDelivered);
        }

        SimulatedStream stream = new(world, this, from, message, End);
        _streams.Add((from.Id, message.To), stream);
        world.After(plan.Latency, stream.Begin);
    }

    /// <summary>The process of a member, if it can be reached; at times a stream to it breaks.</summary>
    public SimulatedProcess? Reach(SimulatedProcess from, NodeId to) =>
        !from.HasEnded && _processes.TryGetValue(to, out SimulatedProcess? target) && !IsCut(from.Id, to)
            && (_isAtPeace || !_chance.Chance(plan.Loss + ExtraLoss + StreamLoss))
            ? target
            : null;

    /// <summary>How long a piece of a stream takes.</summary>
    public long DrawStreamDelay() => (plan.Latency + (long)(_chance.NextDouble() * plan.Jitter)) * Slowness;

    private SimulatedConnection? Connect(SimulatedProcess from, NodeId to, bool isBulk)
    {
        (NodeId, NodeId, bool) key = (from.Id, to, isBulk);
        if (_connections.TryGetValue(key, out SimulatedConnection? connection) && connection.From == from)
            return connection;
        if (!from.Peers.Knows(to) || _reconnectAt.GetValueOrDefault(key) > world.Now)
            return null;
        if (!_processes.TryGetValue(to, out SimulatedProcess? target) || IsCut(from.Id, to) || IsCut(to, from.Id)
            || target.Member.PausedUntil > world.Now)
        {
            _reconnectAt[key] = world.Now + (5 * ReconnectDelay);
            ReportUnreachable(from, to);
            return null;
        }

        // As Replica admits: who was removed hears of it.
        if (MemberRecords.IsRemoved(target.Core.Published, from.Id))
        {
            _reconnectAt[key] = world.Now + (5 * ReconnectDelay);
            world.After(plan.Latency, () => from.Post(new RemovedByPeers(to)));
            return null;
        }

        return _connections[key] = new SimulatedConnection(from, target);
    }

    // Who has been removed meanwhile is refused as at a new connection.
    private void Review(SimulatedProcess process)
    {
        foreach (SimulatedConnection connection in _connections.Values
            .Where(one => one.To == process && MemberRecords.IsRemoved(process.Core.Published, one.From.Id)).ToArray())
        {
            Break(connection);
            connection.From.Post(new RemovedByPeers(process.Id));
        }
    }

    private void Carry(SimulatedConnection connection, object message, long delay)
    {
        connection.LastArrival = Math.Max(connection.LastArrival + 1, world.Now + delay);
        world.At(connection.LastArrival, () => ArriveInOrder(connection, message));
    }

    private void ArriveInOrder(SimulatedConnection connection, object message)
    {
        if (connection.IsBroken)
        {
            // Data that had reached the other machine before the break is still read there.
            if (_chance.Chance(plan.Late))
                world.After((long)(_chance.NextDouble() * 2 * ReconnectDelay), () => Arrive(connection, message));
            return;
        }

        if (connection.IsBlocked || IsCut(connection.From.Id, connection.To.Id))
            Hold(connection, message);
        else
            Arrive(connection, message);
    }

    // TCP goes on trying; the transport's own timeout ends that.
    private void Hold(SimulatedConnection connection, object message)
    {
        connection.Held.Enqueue(message);
        if (connection.IsBlocked)
            return;
        connection.IsBlocked = true;
        world.After(_chance.Next(3000) * SimulationPlan.Millisecond, () =>
        {
            if (connection.IsBlocked && !connection.IsBroken)
                Break(connection);
        });
    }

    private void Arrive(SimulatedConnection connection, object message)
    {
        SimulatedProcess to = connection.To;
        if (to.HasEnded || IsCut(connection.From.Id, to.Id))
            return;
        Delivered++;
        if (message is RaftMessage raft)
        {
            if (plan.Bug == PlantedBug.CountsStaleVote && raft.Kind == MessageKind.VoteResponse && !raft.Reject)
                raft = raft with { Term = to.Core.Raft.Term };
            if (plan.Bug == PlantedBug.DamagesEntries && raft.Entries.Length > 0 && _chance.Chance(0.01))
                raft = Damaged(raft);
            world.Trace.Note(3, raft.From.Value ^ raft.To.Value, (ulong)raft.Kind, raft.LogIndex.Value);
            if (world.Trace.IsVerbose && raft.Kind is not (MessageKind.Heartbeat or MessageKind.HeartbeatResponse))
            {
                string line = $"{connection.From.Member.Name} -> {to.Member.Name} {RaftText.Message(raft)}";
                world.Trace.Write(line.Replace("...", "", StringComparison.Ordinal));
            }

            SimulatedMessages.Receive(to, raft);
            return;
        }

        world.Trace.Note(4, to.Id.Value);
        SimulatedMessages.Receive(to, (PeerMessage)message);
    }

    private static RaftMessage Damaged(RaftMessage append)
    {
        RaftEntry[] entries = append.Entries.ToArray();
        RaftEntry last = entries[^1];
        if (last.Kind != EntryKind.Command || (KeyOperation)last.Data.Span[0] != KeyOperation.Set)
            return append;
        byte[] data = last.Data.ToArray();
        data[^1] ^= 1;
        entries[^1] = new RaftEntry(last.Index, last.Term, last.Kind, data);
        return append with { Entries = entries };
    }

    private void Break(SimulatedConnection connection)
    {
        if (connection.IsBroken)
            return;
        connection.IsBroken = true;
        connection.Held.Clear();
        foreach (bool isBulk in (bool[])[true, false])
        {
            (NodeId, NodeId, bool) key = KeyOf(connection, isBulk);
            if (_connections.TryGetValue(key, out SimulatedConnection? known) && known == connection)
            {
                _connections.Remove(key);
                _reconnectAt[key] = world.Now + ReconnectDelay;
            }
        }

        ReportUnreachable(connection.From, connection.To.Id);
    }

    private void ReportUnreachable(SimulatedProcess process, NodeId node) => world.After(plan.Latency, () =>
    {
        if (!process.HasEnded)
            SimulatedMessages.ReportUnreachable(process, node);
    });

    private bool IsCut(NodeId from, NodeId to) => _cut.Count > 0 && _cut.Contains((from, to));

    private static (NodeId, NodeId, bool) KeyOf(SimulatedConnection connection, bool isBulk) =>
        (connection.From.Id, connection.To.Id, isBulk);
}
