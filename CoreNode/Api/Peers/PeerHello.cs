using System.Buffers.Binary;
using CoreNode.Foundation;

namespace CoreNode.Api.Peers;

/// <summary>
/// What a member sends first: the preface (magic, versions, kind) and the hello. No later version moves any of it, and
/// what a later one appends to the hello is passed over.
/// </summary>
internal sealed record PeerHello
{
    /// <summary>Bytes of the preface.</summary>
    public const int PrefaceLength = 8;

    /// <summary>Most bytes of a hello and of the answer to it, whatever a later version adds.</summary>
    public const int MaxPayload = 4096;

    private const int PayloadLength = 24;

    /// <summary>Oldest version that the sender speaks.</summary>
    public required byte LowestVersion { get; init; }

    /// <summary>Newest version that the sender speaks.</summary>
    public required byte HighestVersion { get; init; }

    /// <summary>What the connection is for.</summary>
    public required ConnectionKind Kind { get; init; }

    /// <summary>The sender's cluster; 0 to ask for a description.</summary>
    public ulong ClusterId { get; init; }

    /// <summary>Who sends; nobody to ask for a description.</summary>
    public NodeId Sender { get; init; }

    /// <summary>Who is meant.</summary>
    public NodeId Receiver { get; init; }

    /// <summary>The first four bytes of every connection.</summary>
    public static ReadOnlySpan<byte> Magic => "CNPR"u8;

    /// <summary>Preface and hello.</summary>
    public byte[] Encode()
    {
        byte[] bytes = new byte[PrefaceLength + PeerFrame.Overhead + PayloadLength];
        Magic.CopyTo(bytes);
        bytes[4] = LowestVersion;
        bytes[5] = HighestVersion;
        bytes[6] = (byte)Kind;
        Span<byte> frame = bytes.AsSpan(PrefaceLength);
        Span<byte> payload = PeerFrame.Begin(frame, FrameType.Hello);
        BinaryPrimitives.WriteUInt64LittleEndian(payload, ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], Sender.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[16..], Receiver.Value);
        PeerFrame.Seal(frame);
        return bytes;
    }

    /// <summary>Reads the preface.</summary>
    /// <exception cref="PeerProtocolException">It is not one.</exception>
    public static PeerHello ReadPreface(ReadOnlySpan<byte> preface)
    {
        if (PeerTls.IsHandshake(preface))
            throw new PeerProtocolException(ProtocolFault.Tls, "it speaks TLS, but this is an http URL");
        if (!preface.StartsWith(Magic))
        {
            throw new PeerProtocolException(
                ProtocolFault.NotAPeer, $"it began with {Convert.ToHexString(preface)}, expected {nameof(CoreNode)}'s "
                + "peer protocol (CNPR)");
        }

        ConnectionKind kind = (ConnectionKind)preface[6];
        bool isKnown = kind is ConnectionKind.Stream or ConnectionKind.Heartbeat or ConnectionKind.Snapshot
            or ConnectionKind.Describe or ConnectionKind.Request;
        return isKnown && preface[4] <= preface[5] && preface[4] != 0
            ? new PeerHello { LowestVersion = preface[4], HighestVersion = preface[5], Kind = kind }
            : throw new PeerProtocolException(
                ProtocolFault.Damaged,
                $"versions {preface[4]} to {preface[5]} and kind {preface[6]} make no sense");
    }

    /// <summary>This preface with what the hello behind it says.</summary>
    /// <exception cref="PeerProtocolException">The frame is no hello.</exception>
    public PeerHello With(PeerFrame frame)
    {
        if (frame.Type != FrameType.Hello || frame.Payload.Length < PayloadLength)
            throw new PeerProtocolException(ProtocolFault.Damaged, $"a frame {frame.Type} came, expected a hello");
        ReadOnlySpan<byte> payload = frame.Payload.Span;
        return this with
        {
            ClusterId = BinaryPrimitives.ReadUInt64LittleEndian(payload),
            Sender = new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(payload[8..])),
            Receiver = new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(payload[16..])),
        };
    }
}
