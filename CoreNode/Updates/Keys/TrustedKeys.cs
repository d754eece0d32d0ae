using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Keys;

/// <summary>
/// The keys whose payloads are taken. Fails closed: without any key nothing is trusted. Immutable; any thread.
/// </summary>
public sealed class TrustedKeys : ISignatureCheck
{
    private readonly VerifyingKey[] _keys;
    private readonly string[] _retired;

    private TrustedKeys(VerifyingKey[] keys, string[] retired)
    {
        _keys = keys;
        _retired = retired;
    }

    /// <summary>None: every signature is refused.</summary>
    public static TrustedKeys None { get; } = new([], []);

    /// <summary>What is trusted now, in the order in which it came.</summary>
    public IReadOnlyList<VerifyingKey> Keys => _keys;

    /// <summary>Ids of the keys that were trusted once, or are never to be.</summary>
    public IReadOnlyList<string> Retired => _retired;

    /// <summary>These keys.</summary>
    public static TrustedKeys Of(IEnumerable<VerifyingKey> keys) =>
        new([.. keys.DistinctBy(static key => key.Id)], []);

    /// <summary>The keys after a record; the same object if it does not hold.</summary>
    public (TrustedKeys Keys, RotationVerdict Verdict) Apply(KeyRotation rotation)
    {
        if (_retired.Contains(rotation.Signer))
            return (this, RotationVerdict.RetiredSigner);
        if (Array.Find(_keys, key => key.Id == rotation.Signer) is not { } signer)
            return (this, RotationVerdict.UnknownSigner);
        if (!rotation.IsSignedBy(signer))
            return (this, RotationVerdict.BadSignature);
        if (_retired.Contains(rotation.Key.Id))
            return (this, RotationVerdict.RetiredKey);
        VerifyingKey[] keys =
        [
            .. _keys.Where(key => key.Id != rotation.Key.Id && !rotation.Retires.Contains(key.Id)),
            rotation.Key,
        ];
        return (new TrustedKeys(keys, [.. _retired.Union(rotation.Retires)]), RotationVerdict.Applied);
    }

    /// <inheritdoc/>
    public SignatureVerdict Check(ReadOnlySpan<byte> sha256, IReadOnlyList<PayloadSignature> signatures)
    {
        if (_keys.Length == 0)
            return SignatureVerdict.NoKey;
        foreach (PayloadSignature signature in signatures)
        {
            foreach (VerifyingKey key in _keys)
            {
                if (key.Verify(sha256, signature.Counted))
                    return SignatureVerdict.Trusted;
            }
        }

        return SignatureVerdict.Untrusted;
    }
}
