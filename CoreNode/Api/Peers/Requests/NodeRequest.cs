namespace CoreNode.Api.Peers.Requests;

/// <summary>One request of another node, for as long as it is served. One owner.</summary>
/// <param name="Service">The service that is asked.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Body">What came with it; ends where the other side ended it.</param>
/// <param name="Answer">Where the answer goes; sent in pieces, and not faster than the other side reads.</param>
public sealed record NodeRequest(string Service, NodeCaller Caller, Stream Body, Stream Answer);
