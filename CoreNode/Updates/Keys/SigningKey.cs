using System.Security.Cryptography;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Updates.Keys;

/// <summary>A private key that signs payloads. Immutable; any thread.</summary>
public sealed class SigningKey
{
    private readonly byte[] _pkcs8;

    internal SigningKey(KeyKind kind, byte[] pkcs8)
    {
        Kind = kind;
        _pkcs8 = pkcs8;
        using AsymmetricAlgorithm key = Open();
        Public = new VerifyingKey(kind, key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>Its kind.</summary>
    public KeyKind Kind { get; }

    /// <summary>What others check its signatures with.</summary>
    public VerifyingKey Public { get; }

    /// <summary>Makes a new one.</summary>
    public static SigningKey Create(KeyKind kind)
    {
        using AsymmetricAlgorithm key = kind switch
        {
            KeyKind.Rsa2048 => RSA.Create(2048),
            KeyKind.Rsa4096 => RSA.Create(4096),
            KeyKind.EcdsaP256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
        };
        return new SigningKey(kind, key.ExportPkcs8PrivateKey());
    }

    /// <summary>The key of a PEM file.</summary>
    /// <exception cref="IOException">It cannot be read, or holds no private key.</exception>
    public static SigningKey ReadFile(string file)
    {
        PemKey key = PemKey.Read(Encoding.Latin1.GetString(SmallFiles.Read(file)), file);
        return key.IsPrivate
            ? new SigningKey(key.Kind, key.Bytes)
            : throw new IOException($"{file} holds a public key; signing needs the private one");
    }

    /// <summary>As a PEM file.</summary>
    public string ToPem() => PemEncoding.WriteString("PRIVATE KEY", _pkcs8) + "\n";

    /// <summary>
    /// Its signature of what has this SHA-256. RSA's is the same each time; ECDSA's differs, in length too.
    /// </summary>
    public byte[] Sign(ReadOnlySpan<byte> sha256)
    {
        byte[] hash = sha256.ToArray();
        using AsymmetricAlgorithm key = Open();
        return key switch
        {
            RSA rsa => rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            ECDsa elliptic => elliptic.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence),
            _ => throw new InvalidOperationException("no such kind of key"),
        };
    }

    private AsymmetricAlgorithm Open()
    {
        AsymmetricAlgorithm key = Kind == KeyKind.EcdsaP256 ? ECDsa.Create() : RSA.Create();
        key.ImportPkcs8PrivateKey(_pkcs8, out _);
        return key;
    }
}
