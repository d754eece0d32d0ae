namespace CoreNode.Updates.Payload;

/// <summary>SHA-256 without OpenSSL, several times slower: for the boot stage and tests.</summary>
public sealed class ManagedHashes : IHashes
{
    /// <inheritdoc/>
    public void Sha256(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        RunningSha256 running = new();
        running.Append(data);
        running.Current().CopyTo(hash);
    }
}
