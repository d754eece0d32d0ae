using CoreNode.Api.Peers.Requests;

namespace CoreNode.Hosting.Wiring;

/// <summary>A service whose part is made only after the listener that it is registered at.</summary>
internal sealed class LateService(bool isLongLived) : INodeService
{
    private volatile INodeService? _service;

    /// <inheritdoc/>
    public bool IsLongLived => isLongLived;

    /// <summary>From now on that one answers.</summary>
    public void Bind(INodeService service) => _service = service;

    /// <inheritdoc/>
    public Task ServeAsync(NodeRequest request, CancellationToken cancellation) =>
        (_service ?? throw new IOException("this node is just starting; ask again in a moment"))
            .ServeAsync(request, cancellation);
}
