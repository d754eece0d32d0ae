using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Keys;

/// <summary>Signs payloads of major version 2 with one or several keys, in their order.</summary>
public sealed class PayloadSigner(IReadOnlyList<SigningKey> keys) : IPayloadSigner
{
    /// <inheritdoc/>
    public IReadOnlyList<PayloadSignature> Blank =>
    [
        .. keys.Select(static key => new PayloadSignature(new byte[KeyKinds.SignatureBytes(key.Kind)], 0)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<PayloadSignature> Sign(ReadOnlySpan<byte> sha256)
    {
        List<PayloadSignature> signatures = [];
        foreach (SigningKey key in keys)
        {
            byte[] signature = key.Sign(sha256);
            byte[] padded = new byte[KeyKinds.SignatureBytes(key.Kind)];
            signature.CopyTo(padded, 0);
            signatures.Add(new PayloadSignature(padded, (uint)signature.Length));
        }

        return signatures;
    }
}
