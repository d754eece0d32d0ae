namespace CoreNode.Api;

/// <summary>What the server keeps of a connection beside Kestrel.</summary>
/// <param name="Listener">Where it came in.</param>
/// <param name="Input">Its input, with request lines corrected.</param>
/// <param name="Closed">
/// Fires when nothing more comes from the client. Kestrel does not see this token, because it would cut off the answer
/// to a client that closed its sending half after the request (as netcat does); watches do.
/// </param>
internal sealed record ConnectionState(Listener Listener, RequestLineReader Input, CancellationToken Closed)
{
    /// <summary>Who is on the other side; set before the first request is read.</summary>
    public Caller Caller { get; init; } = Caller.Unknown;
}
