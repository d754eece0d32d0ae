using System.Security.Cryptography;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>.NET's SHA-256: the product's own has another author.</summary>
internal sealed class FastHashes : IHashes
{
    public static FastHashes Instance { get; } = new();

    public void Sha256(ReadOnlySpan<byte> data, Span<byte> hash) => SHA256.HashData(data, hash);
}
