using CoreNode.Raft;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// The loop's way to other members. Called on the loop's thread only; never blocks, never throws; what cannot be sent
/// is dropped and, if a connection is gone, told by <see cref="IPeerReceiver.ReportUnreachable"/>. A simulation puts
/// its own network in place.
/// </summary>
public interface IPeerSender
{
    /// <summary>
    /// Queues one Raft message. Heartbeats, votes, reads and their answers (everything that is small and must not wait
    /// behind appends) take a connection of their own.
    /// </summary>
    void Send(RaftMessage message);

    /// <summary>Queues another message; in order with appends.</summary>
    void Send(PeerMessage message);

    /// <summary>Sends what was queued since the last call: once a round, so small messages share a packet.</summary>
    void Flush();

    /// <summary>
    /// Streams the durable snapshot that <paramref name="message"/> describes, beside everything else; the receiver
    /// steps the message once it has all of it. Ends with <see cref="IPeerReceiver.ReportSnapshot"/> in any case.
    /// One at a time to each member; a second call while one runs is ignored.
    /// </summary>
    void SendSnapshot(RaftMessage message);

    /// <summary>
    /// Who takes part from now on, this member included: connections to others are opened and kept, those to members
    /// that are not named any more are closed after what is queued has been sent.
    /// </summary>
    void SetMembers(IReadOnlyList<PeerAddress> members);
}
