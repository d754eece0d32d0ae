using CoreNode.Api.Peers.Requests;

namespace CoreNode.Hosting.Wiring;

/// <summary>
/// What nodes without a store of their own know that strangers do not: the token that all were started with. There is
/// no place for a secret that the cluster makes itself: whoever reads that etcd would know it.
/// </summary>
internal sealed class TokenOnlyKeys(string? token) : INodeKeys
{
    /// <inheritdoc/>
    public byte[]? TokenKey => null;

    /// <inheritdoc/>
    public ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation) =>
        new(token is null ? null : RequestProof.KeyOf(token));
}
