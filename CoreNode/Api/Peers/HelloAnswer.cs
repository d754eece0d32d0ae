using System.Text;
using CoreNode.Cluster.Peers;

namespace CoreNode.Api.Peers;

/// <summary>The answer to a hello: the version that is spoken from now on, or a refusal.</summary>
internal static class HelloAnswer
{
    // Of a refusal's text; more is cut off.
    private const int MaxMessageBytes = 2048;

    /// <summary>The frame that lets a peer in.</summary>
    public static byte[] Accept(byte version) => PeerFrame.Encode(FrameType.Accepted, [version]);

    /// <summary>The frame that does not.</summary>
    public static byte[] Refuse(PeerRefusal refusal)
    {
        byte[] text = Encoding.UTF8.GetBytes(refusal.Message);
        int length = Math.Min(text.Length, MaxMessageBytes);
        return PeerFrame.Encode(FrameType.Refused, [(byte)refusal.Reason, .. text.AsSpan(0, length)]);
    }

    /// <summary>Reads either; null means accepted.</summary>
    /// <exception cref="PeerProtocolException">It is neither.</exception>
    public static PeerRefusal? Read(PeerFrame frame, out byte version)
    {
        ReadOnlySpan<byte> payload = frame.Payload.Span;
        version = 0;
        if (payload.Length == 0 || frame.Type is not (FrameType.Accepted or FrameType.Refused))
        {
            throw new PeerProtocolException(
                ProtocolFault.Damaged, $"a frame {frame.Type} came, expected the answer to a hello");
        }

        if (frame.Type == FrameType.Refused)
            return new PeerRefusal((PeerRefusalReason)payload[0], Encoding.UTF8.GetString(payload[1..]));
        version = payload[0];
        return version is >= PeerVersions.Lowest and <= PeerVersions.Highest
            ? null
            : throw new PeerProtocolException(
                ProtocolFault.Damaged,
                $"it chose version {version}, offered were {PeerVersions.Lowest} to {PeerVersions.Highest}");
    }
}
