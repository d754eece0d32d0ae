namespace CoreNode.Api.Peers.Requests;

/// <summary>What a worker knows: the token, for which a member tells it the cluster's secret. Any thread.</summary>
/// <param name="token">The token of the cluster; null for the default one.</param>
/// <param name="memberUrls">Peer URLs of the members as they are known now.</param>
public sealed class WorkerKeys(string? token, Func<IReadOnlyList<string>> memberUrls) : INodeKeys
{
    private const int MaxSecretLength = 256;

    private volatile NodeRequests? _requests;
    private volatile byte[]? _secret;

    /// <inheritdoc/>
    public byte[]? TokenKey { get; } = token is null ? null : RequestProof.KeyOf(token);

    /// <summary>From now on the secret is asked for by these.</summary>
    public void Bind(NodeRequests requests) => _requests = requests;

    /// <inheritdoc/>
    public async ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation)
    {
        if (_secret is { } known || _requests is not { } requests || TokenKey is null)
            return _secret;
        foreach (string url in memberUrls())
        {
            try
            {
                NodeAnswer answer = await requests.SendAsync(
                    url, SecretService.Name, NodeProof.Token, null, cancellation);
                await using (answer.ConfigureAwait(false))
                    return _secret = await ReadAsync(answer.Body, cancellation);
            }
            catch (IOException)
            {
                // The next member may be able to; the transport's log says what this one said.
            }
        }

        return null;
    }

    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken cancellation)
    {
        byte[] bytes = new byte[MaxSecretLength];
        int length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return length > 0 ? bytes[..length] : throw new IOException("the answer is empty");
    }
}
