using CoreNode.Foundation;
using CoreNode.Raft;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// Where the transport delivers. Any thread may call; nothing blocks but the snapshot calls, which do disk work on the
/// transport's own threads.
/// </summary>
public interface IPeerReceiver
{
    /// <summary>Decides whether a member that connects is served; null lets it in.</summary>
    PeerRefusal? Admit(PeerIdentity peer);

    /// <summary>A Raft message has arrived; its bytes do not change any more.</summary>
    void Receive(RaftMessage message);

    /// <summary>Another message has arrived.</summary>
    void Receive(PeerMessage message);

    /// <summary>The connection to a member broke or cannot be made: what was queued to it is probably lost.</summary>
    void ReportUnreachable(NodeId node);

    /// <summary>What <see cref="IPeerSender.SendSnapshot"/> began is stored there now, or is not.</summary>
    void ReportSnapshot(NodeId node, bool isDelivered);

    /// <summary>
    /// A member refuses this one: it was removed, its data is of another cluster, and so on. Called each time; the
    /// receiver decides whether to go on.
    /// </summary>
    void ReportRefused(NodeId by, PeerRefusal refusal);

    /// <summary>Opens the durable snapshot at that index for sending; null if it was replaced meanwhile.</summary>
    ISnapshotSource? OpenSnapshot(LogIndex index);

    /// <summary>
    /// Begins to take, or goes on with taking, the snapshot that a leader streams; null if it is not wanted (another
    /// one is being taken, or this member is ahead).
    /// </summary>
    /// <param name="message">The message to step once all is there.</param>
    /// <param name="length">Bytes of the whole.</param>
    ISnapshotSink? AcceptSnapshot(RaftMessage message, long length);

    /// <summary>What a machine that wants to join has to know; see <see cref="ClusterDescription"/>.</summary>
    ClusterDescription Describe();
}
