namespace CoreNode.Updates.Keys;

/// <summary>What a rotation record does to the keys that are trusted.</summary>
public enum RotationVerdict
{
    /// <summary>It holds.</summary>
    Applied,

    /// <summary>Its signer is none that was ever trusted here: it says nothing to this machine.</summary>
    UnknownSigner,

    /// <summary>Its signer was retired before.</summary>
    RetiredSigner,

    /// <summary>It brings back a key that was retired before.</summary>
    RetiredKey,

    /// <summary>It is not by the key that it names.</summary>
    BadSignature,
}
