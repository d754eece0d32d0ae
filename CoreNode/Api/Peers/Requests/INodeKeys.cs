namespace CoreNode.Api.Peers.Requests;

/// <summary>What a node knows that strangers do not. Any thread.</summary>
public interface INodeKeys
{
    /// <summary>
    /// Made from the token that the cluster was started with; null if that is the default one, which everybody knows.
    /// </summary>
    byte[]? TokenKey { get; }

    /// <summary>The cluster's secret; null if it cannot be had now (no leader, no member answers).</summary>
    ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation);
}
