using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Cluster.Peers;

/// <summary>
/// What members say to each other besides Raft's own messages; the closed list. Immutable, and like those it may be
/// lost, but never damaged: the transport checks every frame. Messages of one sender to one receiver keep their order
/// with each other and with appends, as long as the connection lasts.
/// </summary>
/// <param name="From">The sender; the transport vouches for it.</param>
/// <param name="To">The receiver.</param>
public abstract record PeerMessage(NodeId From, NodeId To);

/// <summary>
/// A follower hands its clients' writes to the leader. Answered once by <see cref="ForwardAnswer"/>, which comes before
/// the append that carries them.
/// </summary>
/// <param name="From">The follower.</param>
/// <param name="To">Who leads, as far as the follower knows.</param>
/// <param name="Batch">Number of this batch at the follower; 1, 2, 3 and so on.</param>
/// <param name="Commands">Encoded commands, in order; all are appended or none.</param>
public sealed record ForwardedCommands(
    NodeId From, NodeId To, ulong Batch, IReadOnlyList<ReadOnlyMemory<byte>> Commands) : PeerMessage(From, To);

/// <summary>What became of forwarded commands: refused, or in the leader's log one after the other.</summary>
/// <param name="From">The member that was asked.</param>
/// <param name="To">The follower.</param>
/// <param name="Batch">Which batch.</param>
/// <param name="Outcome">Only <see cref="ProposeOutcome.Accepted"/> put them into the log.</param>
/// <param name="First">Index of the first command.</param>
/// <param name="Term">Term of all of them; another term at their indexes means that they are lost.</param>
public sealed record ForwardAnswer(
    NodeId From, NodeId To, ulong Batch, ProposeOutcome Outcome, LogIndex First, Term Term) : PeerMessage(From, To);

/// <summary>A member other than the leader was asked to change the membership.</summary>
/// <param name="From">The member that was asked by a client.</param>
/// <param name="To">Who leads.</param>
/// <param name="Number">Number of the request at its sender.</param>
/// <param name="Change">What to change.</param>
public sealed record ForwardedMemberChange(NodeId From, NodeId To, ulong Number, MemberChange Change)
    : PeerMessage(From, To);

/// <summary>The leader's answer to <see cref="ForwardedMemberChange"/>, once the change is committed or refused.</summary>
/// <param name="From">The leader.</param>
/// <param name="To">The member that asked.</param>
/// <param name="Number">Which request.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="AppliedIndex">Once the asker has applied this index, it shows the change too.</param>
public sealed record MemberChangeAnswer(
    NodeId From, NodeId To, ulong Number, MemberChangeOutcome Outcome, LogIndex AppliedIndex) : PeerMessage(From, To);

/// <summary>
/// Members compare the hashes of their applied state, and their clocks on the way. The leader asks with its own hash;
/// each member answers with its own at that index; the leader tells what the majority holds.
/// </summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Kind">Question, answer or verdict.</param>
/// <param name="Index">Where the hash was taken.</param>
/// <param name="Hash">The hash there; in a verdict that of the majority.</param>
/// <param name="SentUnixNs">The sender's wall clock, nanoseconds since 1970 UTC.</param>
public sealed record StateReport(
    NodeId From, NodeId To, StateReportKind Kind, LogIndex Index, ulong Hash, long SentUnixNs) : PeerMessage(From, To);

/// <summary>What a <see cref="StateReport"/> is. The numbers are sent: never reuse one.</summary>
public enum StateReportKind : byte
{
    /// <summary>The leader asks: what is your hash at this index?</summary>
    Question = 1,

    /// <summary>A member's own hash.</summary>
    Answer = 2,

    /// <summary>What most members hold: who differs stops serving.</summary>
    Verdict = 3,
}
