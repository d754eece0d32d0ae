using System.Security.Cryptography;
using CoreNode.Disks.Metadata;
using CoreNode.Updates.Keys;

namespace CoreNode.Updates.Applying;

/// <summary>
/// What a slot says of itself is signed and judged by the keys of payloads: each signature names its key by the 32
/// bytes of the key's id, and is over the SHA-256 of the message.
/// </summary>
public static class SlotSignatures
{
    /// <summary>Signs with each of these keys.</summary>
    public static SlotSigner By(IReadOnlyList<SigningKey> keys) => message =>
    {
        byte[] hash = SHA256.HashData(message);
        List<SlotSignature> signatures = [];
        foreach (SigningKey key in keys)
            signatures.Add(new SlotSignature(Convert.FromHexString(key.Public.Id), key.Sign(hash)));
        return signatures;
    };

    /// <summary>One signature by a key that is trusted is enough.</summary>
    public static SlotVerifier Trusting(TrustedKeys trusted) => (message, signatures) =>
    {
        if (trusted.Keys.Count == 0)
            return "there is no key to check its signature with";
        byte[] hash = SHA256.HashData(message);
        foreach (SlotSignature signature in signatures)
        {
            string id = Convert.ToHexStringLower(signature.KeyId.Span);
            foreach (VerifyingKey key in trusted.Keys)
            {
                if (key.Id == id && key.Verify(hash, signature.Value.Span))
                    return null;
            }
        }

        return "no key that is trusted here signed it";
    };
}
