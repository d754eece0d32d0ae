using System.Security.Cryptography;

namespace CoreNode.Updates.Keys;

/// <summary>
/// The one key of a PEM text, as bytes whose kind is known. What is wrong is an <see cref="IOException"/> that names
/// the file.
/// </summary>
/// <param name="Kind">Its kind.</param>
/// <param name="IsPrivate">It can sign.</param>
/// <param name="Bytes">PKCS#8 if private, else SubjectPublicKeyInfo; both DER as OpenSSL writes it.</param>
internal sealed record PemKey(KeyKind Kind, bool IsPrivate, byte[] Bytes)
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Reads it.</summary>
    public static PemKey Read(string text, string file)
    {
        if (text.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new IOException(
                $"{file} is encrypted: write the key without a password where only you can read it "
                + $"(openssl pkey -in {file} -out KEY)");
        }

        string? label = null;
        string? found = null;
        for (int at = 0; PemEncoding.TryFind(text.AsSpan(at), out PemFields fields);)
        {
            string name = text.AsSpan(at)[fields.Label].ToString();
            string section = text.AsSpan(at)[fields.Location].ToString();
            at += fields.Location.End.Value;
            // What `openssl ecparam -genkey` writes before the key: the key itself says it again.
            if (name == "EC PARAMETERS")
                continue;
            if (found is not null)
                throw new IOException($"{file} holds more than one key; give each a file of its own");
            (label, found) = (name, section);
        }

        switch (label)
        {
            case "PUBLIC KEY" or "RSA PUBLIC KEY":
                return Import(found!, file, isPrivate: false);
            case "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY":
                return Import(found!, file, isPrivate: true);
            case "CERTIFICATE":
                throw new IOException(
                    $"{file} holds a certificate; payloads are signed with bare keys (openssl x509 -in {file} -pubkey "
                    + "-noout shows its public key)");
            case null:
                throw new IOException($"{file} holds no key (-----BEGIN PUBLIC KEY----- or PRIVATE KEY)");
            default:
                throw new IOException($"{file} holds a {label}, no key that signs payloads");
        }
    }

    private static PemKey Import(string section, string file, bool isPrivate)
    {
        using RSA rsa = RSA.Create();
        if (Imports(rsa, section))
        {
            return rsa.KeySize switch
            {
                2048 => new PemKey(KeyKind.Rsa2048, isPrivate, Export(rsa, isPrivate)),
                4096 => new PemKey(KeyKind.Rsa4096, isPrivate, Export(rsa, isPrivate)),
                _ => throw new IOException(
                    $"{file} holds an RSA key of {rsa.KeySize} bits; payloads are signed with 2048 or 4096"),
            };
        }

        using ECDsa elliptic = ECDsa.Create();
        if (!Imports(elliptic, section))
        {
            throw new IOException(
                $"{file} holds a key that cannot be read: neither RSA nor ECDSA (Ed25519 is not taken), or damaged");
        }

        return elliptic.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value == P256
            ? new PemKey(KeyKind.EcdsaP256, isPrivate, Export(elliptic, isPrivate))
            : throw new IOException($"{file} holds an elliptic key of another curve than P-256 (prime256v1)");
    }

    private static byte[] Export(AsymmetricAlgorithm key, bool isPrivate) =>
        isPrivate ? key.ExportPkcs8PrivateKey() : key.ExportSubjectPublicKeyInfo();

    private static bool Imports(AsymmetricAlgorithm key, string section)
    {
        try
        {
            key.ImportFromPem(section);
            return true;
        }
        // An unknown curve is not supported by the platform, as .NET tells it.
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
