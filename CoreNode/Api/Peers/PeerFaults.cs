using System.Net.Sockets;
using System.Security.Authentication;

namespace CoreNode.Api.Peers;

/// <summary>What the world does to connections, apart from mistakes of this program.</summary>
internal static class PeerFaults
{
    /// <summary>True for faults of network and peers, and for a connection that this side closed.</summary>
    public static bool IsOutside(Exception e) =>
        e is SocketException or IOException or PeerProtocolException or OperationCanceledException
            or ObjectDisposedException or AuthenticationException;

    /// <summary>For people; the same fault always gives the same text.</summary>
    public static string Reason(Exception e) => e switch
    {
        OperationCanceledException => "no answer in time",
        ObjectDisposedException => "the connection was closed here",
        SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } => "no answer in time",
        IOException { InnerException: SocketException inner }
            when inner.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock => "no answer in time",
        _ => e.Message,
    };
}
