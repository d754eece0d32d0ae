using System.Security.Cryptography;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Server.Shelves;

/// <summary>SHA-256 by OpenSSL, which uses what the processor has for it. Any thread.</summary>
internal sealed class FastHashes : IHashes
{
    /// <inheritdoc/>
    public void Sha256(ReadOnlySpan<byte> data, Span<byte> hash) => SHA256.HashData(data, hash);
}
