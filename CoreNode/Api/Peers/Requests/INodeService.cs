namespace CoreNode.Api.Peers.Requests;

/// <summary>Answers requests of other nodes: a journal, a drain, a payload. Called for several at once.</summary>
public interface INodeService
{
    /// <summary>
    /// Serves one request: reads its body as far as it wants, writes the answer. A fault that it throws is told to the
    /// other side by its message.
    /// </summary>
    /// <param name="request">What was asked, and by whom.</param>
    /// <param name="cancellation">Fires when the other side is gone or this node stops.</param>
    Task ServeAsync(NodeRequest request, CancellationToken cancellation);
}
