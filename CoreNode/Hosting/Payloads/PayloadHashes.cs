using System.Security.Cryptography;
using CoreNode.Updates.Payload;

namespace CoreNode.Hosting.Payloads;

/// <summary>SHA-256 by OpenSSL, which uses what the processor has for it. Any thread.</summary>
internal sealed class PayloadHashes : IHashes
{
    public void Sha256(ReadOnlySpan<byte> data, Span<byte> hash) => SHA256.HashData(data, hash);
}
