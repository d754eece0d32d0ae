using System.Text;
using CoreNode.Api.Peers;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Peers;

/// <summary>One of each kind of message from member 2 to member 1, with every field set.</summary>
internal static class SampleMessages
{
    public static readonly NodeId From = new(2);
    public static readonly NodeId To = new(1);

    private static readonly Member s_member =
        new(new NodeId(0x1122334455667788), "näme", ["http://a:2380", "http://b:2380"], ["http://a:2379"]);

    public static readonly RaftMessage Append = new()
    {
        Kind = MessageKind.Append,
        From = From,
        To = To,
        Term = new Term(3),
        LogIndex = new LogIndex(4),
        LogTerm = new Term(2),
        Commit = new LogIndex(3),
        Entries = new[]
        {
            new RaftEntry(new LogIndex(5), new Term(3), EntryKind.Command, Encoding.UTF8.GetBytes("a command")),
            new RaftEntry(new LogIndex(6), new Term(3), EntryKind.Empty, default),
        },
    };

    public static readonly RaftMessage Snapshot = new()
    {
        Kind = MessageKind.Snapshot,
        From = From,
        To = To,
        Term = new Term(3),
        Snapshot = new SnapshotMetadata(new LogIndex(9), new Term(3), new Configuration([From, To])),
    };

    public static readonly PeerMessage[] Others =
    [
        new ForwardedCommands(From, To, 7, [Encoding.UTF8.GetBytes("one"), Encoding.UTF8.GetBytes("three")]),
        new ForwardAnswer(From, To, 7, ProposeOutcome.Accepted, new LogIndex(10), new Term(3)),
        new ForwardedMemberChange(From, To, 8, new MemberChange
        {
            Operation = MemberOperation.Update, Node = new NodeId(5), PeerUrls = ["http://c:1"], IsForced = true,
        }),
        new MemberChangeAnswer(
            From, To, 8, new MemberChangeOutcome(MemberChangeCode.PeerUrlTaken, "taken ✗", s_member), new LogIndex(11)),
        new MemberChangeAnswer(
            From, To, 9, new MemberChangeOutcome(MemberChangeCode.Done, "", null), new LogIndex(12)),
        new StateReport(From, To, StateReportKind.Verdict, new LogIndex(13), ulong.MaxValue - 1, -5),
    ];

    public static readonly ClusterDescription Description = new(
        0xC1, [s_member, new Member(new NodeId(2), "", [], [])], [new NodeId(2)]);

    public static byte[] Frame(RaftMessage message) =>
        PeerFrame.Encode(FrameType.RaftMessage, RaftMessageCodec.Encode(message));

    public static byte[] Frame(PeerMessage message)
    {
        byte[] payload = new byte[PeerMessageCodec.Length(message)];
        PeerMessageCodec.Write(message, payload);
        return PeerFrame.Encode(PeerMessageCodec.TypeOf(message), payload);
    }

    /// <summary>A whole stream from the preface on.</summary>
    public static byte[] Stream() =>
        [.. FakePeer.Hello().Encode(), .. Frame(Append), .. Others.SelectMany(Frame)];

    /// <summary>What a sender of a snapshot says, the last byte included.</summary>
    public static byte[] SnapshotStream() =>
    [
        .. FakePeer.Hello(ConnectionKind.Snapshot).Encode(),
        .. SnapshotFrames.Begin(Snapshot, 8),
        .. PeerFrame.Encode(FrameType.SnapshotChunk, "12345"u8),
        .. PeerFrame.Encode(FrameType.SnapshotChunk, "678"u8),
    ];

    /// <summary>What the receiver answers.</summary>
    public static byte[] SnapshotAnswers() =>
    [
        .. HelloAnswer.Accept(1),
        .. SnapshotFrames.Progress(),
        .. SnapshotFrames.Offset(0),
        .. SnapshotFrames.End(isDelivered: true),
    ];
}
