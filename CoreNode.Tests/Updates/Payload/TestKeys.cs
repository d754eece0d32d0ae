using System.Security.Cryptography;
using CoreNode.Updates.Payload;

namespace CoreNode.Tests.Updates.Payload;

/// <summary>
/// Stands in for keys: a signature is the hash of a secret and what is signed, filled up with zeros as ECDSA's are.
/// Whoever knows the secret signs and checks.
/// </summary>
internal sealed class TestKeys(params string[] secrets) : IPayloadSigner, ISignatureCheck
{
    private const int PaddedBytes = 40;

    /// <summary>How often something was to be checked.</summary>
    public int Checks { get; private set; }

    public IReadOnlyList<PayloadSignature> Blank =>
        [.. secrets.Select(_ => new PayloadSignature(new byte[PaddedBytes], PayloadLimits.HashBytes))];

    public IReadOnlyList<PayloadSignature> Sign(ReadOnlySpan<byte> sha256)
    {
        List<PayloadSignature> signatures = [];
        foreach (string secret in secrets)
        {
            byte[] data = new byte[PaddedBytes];
            Of(secret, sha256).CopyTo(data, 0);
            signatures.Add(new PayloadSignature(data, PayloadLimits.HashBytes));
        }

        return signatures;
    }

    public SignatureVerdict Check(ReadOnlySpan<byte> sha256, IReadOnlyList<PayloadSignature> signatures)
    {
        Checks++;
        foreach (string secret in secrets)
        {
            foreach (PayloadSignature signature in signatures)
            {
                if (signature.Counted.SequenceEqual(Of(secret, sha256)))
                    return SignatureVerdict.Trusted;
            }
        }

        return secrets.Length == 0 ? SignatureVerdict.NoKey : SignatureVerdict.Untrusted;
    }

    private static byte[] Of(string secret, ReadOnlySpan<byte> sha256) =>
        SHA256.HashData([.. System.Text.Encoding.ASCII.GetBytes(secret), .. sha256]);
}
