using CoreNode.Api.Peers.Requests;

namespace CoreNode.Hosting.Wiring;

/// <summary>A service for other nodes that is one method on two streams.</summary>
internal sealed class StreamService(Func<Stream, Stream, CancellationToken, Task> answer) : INodeService
{
    /// <inheritdoc/>
    public Task ServeAsync(NodeRequest request, CancellationToken cancellation) =>
        answer(request.Body, request.Answer, cancellation);
}
