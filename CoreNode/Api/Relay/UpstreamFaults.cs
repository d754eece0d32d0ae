using System.Net.Sockets;
using System.Security.Authentication;

namespace CoreNode.Api.Relay;

/// <summary>Which exceptions are the other side's or the network's, and what to say of them.</summary>
internal static class UpstreamFaults
{
    /// <summary>True for faults of the other side; anything else is a bug and passes through.</summary>
    public static bool IsOutside(Exception fault) => fault is IOException or SocketException or AuthenticationException
        or ObjectDisposedException or OperationCanceledException;

    /// <summary>A few words.</summary>
    public static string Reason(Exception fault)
    {
        if (fault is OperationCanceledException)
            return "no connection in time";
        if (fault is ObjectDisposedException)
            return "the connection was given up";
        while (fault is not (SocketException or AuthenticationException) && fault.InnerException is { } inner)
            fault = inner;
        return fault switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
            SocketException { SocketErrorCode: SocketError.ConnectionReset } => "the connection was reset",
            SocketException { SocketErrorCode: SocketError.OperationAborted } => "the connection was given up",
            SocketException { SocketErrorCode: SocketError.HostNotFound } => "no such host",
            AuthenticationException => $"TLS failed: {fault.Message}",
            _ => fault.Message,
        };
    }
}
