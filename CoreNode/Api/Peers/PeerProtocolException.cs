namespace CoreNode.Api.Peers;

/// <summary>
/// The other side of a connection sent what makes no sense; the connection is closed. Never leaves the transport.
/// </summary>
internal sealed class PeerProtocolException(ProtocolFault fault, string message) : Exception(message)
{
    /// <summary>What is wrong, for the metric.</summary>
    public ProtocolFault Fault { get; } = fault;
}
