using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Tests.Simulation;

/// <summary>A process's way into the simulated network.</summary>
internal sealed class SimulatedPeers(SimulatedNetwork network, SimulatedProcess process) : IPeerSender
{
    private const long DialPause = SimulationPlan.Second / 2;

    private readonly HashSet<NodeId> _members = [];

    /// <summary>True if this process talks to that member.</summary>
    public bool Knows(NodeId node) => _members.Contains(node);

    /// <summary>Connections are opened before anything is sent, and again when they are gone.</summary>
    public void Dial() => process.RunThread(() =>
    {
        foreach (NodeId member in _members)
        {
            if (member != process.Id)
                network.Dial(process, member);
        }

        process.Member.Cluster.World.After(DialPause, Dial);
    });

    /// <inheritdoc/>
    public void Send(RaftMessage message)
    {
        process.Member.Cluster.Checker.Sent(process, message);
        if (message.Kind == MessageKind.Snapshot)
            throw new InvariantException("snapshots do not go as messages");
        bool isBulk = message.Kind is MessageKind.Append or MessageKind.AppendResponse;
        network.Send(process, message.To, isBulk, message);
    }

    /// <inheritdoc/>
    public void Send(PeerMessage message) => network.Send(process, message.To, isBulk: true, message);

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public void SendSnapshot(RaftMessage message) => network.SendSnapshot(process, message);

    /// <inheritdoc/>
    public void SetMembers(IReadOnlyList<PeerAddress> members)
    {
        _members.Clear();
        foreach (PeerAddress member in members)
            _members.Add(member.Node);
        network.MembersChanged(process);
    }
}
