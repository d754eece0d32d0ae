namespace CoreNode.Api.Peers.Requests;

/// <summary>Gives the cluster's secret to a worker that knows the token the cluster was made with.</summary>
internal sealed class SecretService(INodeKeys keys) : INodeService
{
    /// <summary>Its name.</summary>
    public const string Name = "secret";

    /// <inheritdoc/>
    public async Task ServeAsync(NodeRequest request, CancellationToken cancellation)
    {
        byte[] secret = await keys.FindSecretAsync(cancellation)
            ?? throw new IOException("the cluster's secret is not to be had now: there may be no leader");
        await request.Answer.WriteAsync(secret, cancellation);
    }
}
