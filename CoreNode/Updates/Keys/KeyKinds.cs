namespace CoreNode.Updates.Keys;

/// <summary>What is to be known of each kind of key.</summary>
public static class KeyKinds
{
    private static readonly string[] s_names = ["rsa-2048", "rsa-4096", "ecdsa-p256"];

    /// <summary>The names of all, as they are typed.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>"rsa-2048", "rsa-4096" or "ecdsa-p256".</summary>
    public static string NameOf(KeyKind kind) => s_names[(int)kind];

    /// <summary>The kind of that name; null if there is none.</summary>
    public static KeyKind? Find(string name)
    {
        int at = Array.IndexOf(s_names, name);
        return at < 0 ? null : (KeyKind)at;
    }

    /// <summary>
    /// Longest signature: RSA's have that length always, ECDSA's (DER: a sequence of two numbers of up to 33 bytes) are
    /// filled up to it.
    /// </summary>
    public static int SignatureBytes(KeyKind kind) => kind switch
    {
        KeyKind.Rsa2048 => 256,
        KeyKind.Rsa4096 => 512,
        KeyKind.EcdsaP256 => 72,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };
}
