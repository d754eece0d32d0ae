using System.Diagnostics.CodeAnalysis;
using CoreNode.Cluster.Peers;
using CoreNode.Foundation;
using CoreNode.Raft;
using CoreNode.Store;

namespace CoreNode.Api.Peers;

/// <summary>
/// Payloads of what members say besides Raft, version 1 (docs/formats.md). Sender and receiver are those of the
/// connection.
/// </summary>
internal static class PeerMessageCodec
{
    // More than the writes that a member lets wait; keeps a damaged number from reserving memory.
    private const int MaxCommands = 1 << 20;

    // An encoded command is never shorter than its operation, flags and two lengths.
    private const int MinCommandLength = 2;

    private const byte ForcedFlag = 1;

    // Place in the list is the number that is sent; never reorder.
    private static readonly ProposeOutcome[] s_outcomes =
    [
        ProposeOutcome.Accepted,
        ProposeOutcome.NotLeader,
        ProposeOutcome.TooMuchUncommitted,
        ProposeOutcome.Transferring,
        ProposeOutcome.ConfigurationPending,
        ProposeOutcome.TermNotCommitted,
        ProposeOutcome.InvalidChange,
    ];

    /// <summary>Type of the frame that holds the message.</summary>
    public static FrameType TypeOf(PeerMessage message) => message switch
    {
        ForwardedCommands => FrameType.ForwardedCommands,
        ForwardAnswer => FrameType.ForwardAnswer,
        ForwardedMemberChange => FrameType.ForwardedMemberChange,
        MemberChangeAnswer => FrameType.MemberChangeAnswer,
        StateReport => FrameType.StateReport,
        _ => throw new InvariantException($"no frame for a {message.GetType().Name}"),
    };

    /// <summary>Bytes of the payload.</summary>
    public static long Length(PeerMessage message)
    {
        switch (message)
        {
            case ForwardedCommands forwarded:
                long length = 8 + Leb128.Length(forwarded.Commands.Count);
                for (int i = 0; i < forwarded.Commands.Count; i++)
                    length += PayloadWriter.LengthOf(forwarded.Commands[i].Length);
                return length;
            case ForwardAnswer:
                return 8 + 1 + 8 + 8;
            case ForwardedMemberChange change:
                return 8 + 1 + 1 + 8 + PayloadWriter.LengthOf(change.Change.PeerUrls);
            case MemberChangeAnswer answer:
                return 8 + 1 + 8 + PayloadWriter.LengthOf(answer.Outcome.Message) + 1
                    + (answer.Outcome.Member is { } member ? PayloadWriter.LengthOf(member) : 0);
            case StateReport:
                return 1 + 8 + 8 + 8;
            default:
                throw new InvariantException($"no payload for a {message.GetType().Name}");
        }
    }

    /// <summary>Writes the payload into <see cref="Length"/> bytes.</summary>
    public static void Write(PeerMessage message, Span<byte> target)
    {
        PayloadWriter writer = new(target);
        switch (message)
        {
            case ForwardedCommands forwarded:
                writer.U64(forwarded.Batch);
                writer.Count(forwarded.Commands.Count);
                for (int i = 0; i < forwarded.Commands.Count; i++)
                    writer.Bytes(forwarded.Commands[i].Span);
                break;
            case ForwardAnswer answer:
                writer.U64(answer.Batch);
                writer.U8((byte)Array.IndexOf(s_outcomes, answer.Outcome));
                writer.U64(answer.First.Value);
                writer.U64(answer.Term.Value);
                break;
            case ForwardedMemberChange change:
                writer.U64(change.Number);
                writer.U8((byte)change.Change.Operation);
                writer.U8(change.Change.IsForced ? ForcedFlag : (byte)0);
                writer.U64(change.Change.Node.Value);
                writer.List(change.Change.PeerUrls);
                break;
            case MemberChangeAnswer answer:
                Write(answer, ref writer);
                break;
            case StateReport report:
                writer.U8((byte)report.Kind);
                writer.U64(report.Index.Value);
                writer.U64(report.Hash);
                writer.I64(report.SentUnixNs);
                break;
            default:
                throw new InvariantException($"no payload for a {message.GetType().Name}");
        }

        Invariant.That(writer.Length == target.Length, "a payload has the length that was reckoned");
    }

    /// <summary>Reads a payload; false if it is damaged or the type is none of these.</summary>
    public static bool TryRead(PeerFrame frame, NodeId from, NodeId to, [NotNullWhen(true)] out PeerMessage? message)
    {
        PayloadReader reader = new(frame.Payload);
        message = frame.Type switch
        {
            FrameType.ForwardedCommands => new ForwardedCommands(from, to, reader.U64(), Commands(ref reader)),
            FrameType.ForwardAnswer => new ForwardAnswer(
                from, to, reader.U64(), Outcome(ref reader), new LogIndex(reader.U64()), new Term(reader.U64())),
            FrameType.ForwardedMemberChange => new ForwardedMemberChange(from, to, reader.U64(), Change(ref reader)),
            FrameType.MemberChangeAnswer => Answer(from, to, ref reader),
            FrameType.StateReport => new StateReport(
                from, to, (StateReportKind)reader.U8(1, 3), new LogIndex(reader.U64()), reader.U64(), reader.I64()),
            _ => null,
        };
        if (reader.IsGood)
            return message is not null;
        message = null;
        return false;
    }

    private static void Write(MemberChangeAnswer answer, ref PayloadWriter writer)
    {
        writer.U64(answer.Number);
        writer.U8((byte)answer.Outcome.Code);
        writer.U64(answer.AppliedIndex.Value);
        writer.Text(answer.Outcome.Message);
        writer.U8(answer.Outcome.Member is null ? (byte)0 : (byte)1);
        if (answer.Outcome.Member is { } member)
            writer.Member(member);
    }

    private static ReadOnlyMemory<byte>[] Commands(ref PayloadReader reader)
    {
        ReadOnlyMemory<byte>[] commands = new ReadOnlyMemory<byte>[reader.Count(MinCommandLength, MaxCommands)];
        for (int i = 0; i < commands.Length; i++)
            commands[i] = reader.Bytes();
        return commands;
    }

    private static ProposeOutcome Outcome(ref PayloadReader reader) =>
        s_outcomes[Math.Min(reader.U8(0, (byte)(s_outcomes.Length - 1)), s_outcomes.Length - 1)];

    private static MemberChange Change(ref PayloadReader reader) => new()
    {
        Operation = (MemberOperation)reader.U8(1, (byte)MemberOperation.Promote),
        IsForced = reader.U8(0, ForcedFlag) != 0,
        Node = new NodeId(reader.U64()),
        PeerUrls = reader.List(),
    };

    private static MemberChangeAnswer Answer(NodeId from, NodeId to, ref PayloadReader reader)
    {
        ulong number = reader.U64();
        MemberChangeCode code = (MemberChangeCode)reader.U8(1, (byte)MemberChangeCode.Invalid);
        LogIndex applied = new(reader.U64());
        string text = reader.Text();
        Member? member = reader.U8(0, 1) != 0 ? reader.Member() : null;
        return new MemberChangeAnswer(from, to, number, new MemberChangeOutcome(code, text, member), applied);
    }
}
