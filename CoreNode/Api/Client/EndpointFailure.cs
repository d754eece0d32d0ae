using System.Net.Sockets;

namespace CoreNode.Api.Client;

/// <summary>Why one endpoint gave no usable answer.</summary>
/// <param name="Endpoint">Which one.</param>
/// <param name="Fault">What kind of failure.</param>
/// <param name="Message">For people, without the endpoint: "connection refused".</param>
public sealed record EndpointFailure(ClientEndpoint Endpoint, EndpointFault Fault, string Message)
{
    /// <summary>What the socket said, if it was the socket.</summary>
    public SocketError? Socket { get; init; }

    /// <summary>True if the request may have reached the node.</summary>
    public bool MayHaveArrived { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Endpoint}: {Message}";
}
