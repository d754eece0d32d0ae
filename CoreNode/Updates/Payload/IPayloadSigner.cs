namespace CoreNode.Updates.Payload;

/// <summary>The private keys of whoever makes a payload; handed in.</summary>
public interface IPayloadSigner
{
    /// <summary>
    /// What <see cref="Sign"/> will give, with zeros for the signatures: the same number, versions, sizes, and an
    /// unpadded size where the real ones have one.
    /// </summary>
    IReadOnlyList<PayloadSignature> Blank { get; }

    /// <summary>One signature by each key over what has this SHA-256.</summary>
    IReadOnlyList<PayloadSignature> Sign(ReadOnlySpan<byte> sha256);
}
