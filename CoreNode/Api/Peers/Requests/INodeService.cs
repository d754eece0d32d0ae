namespace CoreNode.Api.Peers.Requests;

/// <summary>Answers requests of other nodes: a journal, a drain, a payload. Called for several at once.</summary>
public interface INodeService
{
    /// <summary>
    /// True where each node keeps a request open for as long as it runs: such ones are counted apart, so that many
    /// nodes leave room for other requests.
    /// </summary>
    bool IsLongLived => false;

    /// <summary>
    /// Serves one request: reads its body as far as it wants, writes the answer. A fault that it throws is told to the
    /// other side by its message.
    /// </summary>
    /// <param name="request">What was asked, and by whom.</param>
    /// <param name="cancellation">Fires when the other side is gone or this node stops.</param>
    Task ServeAsync(NodeRequest request, CancellationToken cancellation);
}
