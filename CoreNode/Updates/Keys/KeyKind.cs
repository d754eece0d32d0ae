namespace CoreNode.Updates.Keys;

/// <summary>Kinds of keys that sign payloads.</summary>
public enum KeyKind
{
    /// <summary>RSA with 2048 bits: what CoreOS's and Flatcar's clients know.</summary>
    Rsa2048,

    /// <summary>RSA with 4096 bits.</summary>
    Rsa4096,

    /// <summary>ECDSA over NIST P-256.</summary>
    EcdsaP256,
}
