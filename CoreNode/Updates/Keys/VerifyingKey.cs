using System.Security.Cryptography;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Updates.Keys;

/// <summary>A public key that payloads may be signed for. Immutable; any thread.</summary>
public sealed class VerifyingKey
{
    private const int ShortIdLength = 16;

    private readonly byte[] _spki;

    internal VerifyingKey(KeyKind kind, byte[] spki)
    {
        Kind = kind;
        _spki = spki;
        Id = Convert.ToHexStringLower(SHA256.HashData(spki));
    }

    /// <summary>Its kind.</summary>
    public KeyKind Kind { get; }

    /// <summary>SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits: its name everywhere.</summary>
    public string Id { get; }

    /// <summary>As much of <see cref="Id"/> as people compare.</summary>
    public string ShortId => Shorten(Id);

    /// <summary>SubjectPublicKeyInfo (RFC 5280), DER.</summary>
    public ReadOnlySpan<byte> Spki => _spki;

    /// <summary>The first digits of a key's id.</summary>
    public static string Shorten(string id) => id.Length > ShortIdLength ? id[..ShortIdLength] : id;

    /// <summary>The key of a PEM file; of a private one, its public part.</summary>
    /// <exception cref="IOException">It cannot be read, or holds no such key.</exception>
    public static VerifyingKey ReadFile(string file)
    {
        PemKey key = PemKey.Read(Encoding.Latin1.GetString(SmallFiles.Read(file)), file);
        return key.IsPrivate ? new SigningKey(key.Kind, key.Bytes).Public : new VerifyingKey(key.Kind, key.Bytes);
    }

    /// <summary>Null for bytes that are no such key.</summary>
    public static VerifyingKey? TryRead(ReadOnlySpan<byte> spki)
    {
        try
        {
            PemKey key = PemKey.Read(PemEncoding.WriteString("PUBLIC KEY", spki), "it");
            return new VerifyingKey(key.Kind, key.Bytes);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>As a PEM file.</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", _spki) + "\n";

    /// <summary>
    /// True if that is this key's signature of what has this SHA-256: RSA with PKCS#1 v1.5, ECDSA as DER without
    /// filling. Never throws for a bad signature.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> sha256, ReadOnlySpan<byte> signature)
    {
        int most = KeyKinds.SignatureBytes(Kind);
        if (Kind == KeyKind.EcdsaP256)
        {
            if (signature.Length > most)
                return false;
            using ECDsa elliptic = ECDsa.Create();
            elliptic.ImportSubjectPublicKeyInfo(_spki, out _);
            return elliptic.VerifyHash(sha256, signature, DSASignatureFormat.Rfc3279DerSequence);
        }

        if (signature.Length != most)
            return false;
        using RSA rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(_spki, out _);
        return rsa.VerifyHash(sha256, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
