namespace CoreNode.Updates.Payload;

/// <summary>Whose signatures are trusted; handed in, since keys and their mathematics are not the payload's.</summary>
public interface ISignatureCheck
{
    /// <summary>Judges the signatures of what has this SHA-256. One good signature is enough.</summary>
    SignatureVerdict Check(ReadOnlySpan<byte> sha256, IReadOnlyList<PayloadSignature> signatures);
}
