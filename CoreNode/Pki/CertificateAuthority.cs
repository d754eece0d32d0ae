using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Pki;

/// <summary>
/// A private CA in one folder: ca.crt (first the one that signs, then those that are still trusted), ca.key, and what
/// it has issued. Keys are ECDSA P-256, readable by their owner only. Every file is replaced at once. One user at a
/// time.
/// </summary>
public sealed class CertificateAuthority(string folder, TimeProvider time)
{
    /// <summary>How long a CA is valid unless something else is said.</summary>
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);

    /// <summary>How long members' and clients' certificates are.</summary>
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(730);

    /// <summary>How long administrators' certificates are.</summary>
    public static readonly TimeSpan AdminLifetime = TimeSpan.FromDays(365);

    private const UnixFileMode KeyMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode CertificateMode = KeyMode | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // The clock of a machine that gets a new certificate may be behind that of the machine that made it.
    private static readonly TimeSpan s_backdated = TimeSpan.FromHours(1);

    /// <summary>Its certificates.</summary>
    public string CertificateFile { get; } = Path.Combine(folder, "ca.crt");

    /// <summary>The key of the one that signs.</summary>
    public string KeyFile { get; } = Path.Combine(folder, "ca.key");

    /// <summary>The certificate file of what is issued under that name.</summary>
    public string CertificateFileOf(string name) => Path.Combine(folder, name + ".crt");

    /// <summary>The key file of what is issued under that name.</summary>
    public string KeyFileOf(string name) => Path.Combine(folder, name + ".key");

    /// <summary>Makes the CA. Its name gets a part that no other has, so that two can be told apart.</summary>
    /// <exception cref="IOException">One is there and must not be replaced, or a file cannot be written.</exception>
    public CertificateFacts Create(string name, TimeSpan lifetime, bool replaces)
    {
        foreach (string file in new[] { CertificateFile, KeyFile })
        {
            if (FileStamp.Of(file) is not null && !replaces)
            {
                throw new IOException(
                    $"{file} is there already: --renew makes its successor; --force replaces the CA, and all that it "
                    + "has issued is worthless then");
            }
        }

        new RealFiles().CreateFolder(folder);
        using Pair made = SelfSigned(name, lifetime);
        // The key last: a certificate without its key is found by the next call, a lost key is not.
        WriteAuthorities([made.Certificate]);
        SmallFiles.Write(KeyFile, Ascii(made.KeyPem), KeyMode, replaces: true);
        return CertificateFacts.Of(made.Certificate);
    }

    /// <summary>
    /// Makes a successor that signs from now on; the ones before stay trusted, behind it in the same file. Returns all,
    /// the new one first.
    /// </summary>
    /// <exception cref="IOException">There is no CA, or a file cannot be written.</exception>
    public IReadOnlyList<CertificateFacts> Renew(TimeSpan? lifetime)
    {
        X509Certificate2Collection present = ReadAuthorities();
        using X509Certificate2 signer = ReadSigner(present);
        CertificateFacts facts = CertificateFacts.Of(signer);
        using Pair made = SelfSigned(BaseName(facts.Name), lifetime ?? Lifetime(facts));
        X509Certificate2[] all = [made.Certificate, .. present];
        // The certificates first: if this ends in between, the old key still finds its certificate among them.
        WriteAuthorities(all);
        SmallFiles.Write(KeyFile, Ascii(made.KeyPem), KeyMode, replaces: true);
        return [.. all.Select(CertificateFacts.Of)];
    }

    /// <summary>Takes all but the one that signs out of the file. Returns what was taken out.</summary>
    /// <exception cref="IOException">There is no CA, or a file cannot be written.</exception>
    public IReadOnlyList<CertificateFacts> RetireOthers()
    {
        X509Certificate2Collection present = ReadAuthorities();
        using X509Certificate2 signer = ReadSigner(present);
        WriteAuthorities([signer]);
        return [.. present.Where(one => one.Thumbprint != signer.Thumbprint).Select(CertificateFacts.Of)];
    }

    /// <summary>The certificates that the file holds.</summary>
    /// <exception cref="IOException">There is no CA.</exception>
    public IReadOnlyList<CertificateFacts> List() => [.. ReadAuthorities().Select(CertificateFacts.Of)];

    /// <summary>Makes a certificate with a new key.</summary>
    /// <exception cref="IOException">
    /// There is no CA; one of that name is there and must not be replaced; there is none to renew; a file cannot be
    /// written.
    /// </exception>
    public CertificateFacts Issue(CertificateOrder order)
    {
        CertificateFacts? present = ReadPresent(order);
        IReadOnlyList<string> sans = order.Sans.Count > 0 ? order.Sans : present?.Sans ?? [];
        TimeSpan lifetime = order.Lifetime
            ?? (present is null ? UsualLifetime(order.Kind) : Lifetime(present));
        using X509Certificate2 signer = ReadSigner(ReadAuthorities());
        DateTimeOffset now = Now();
        if (now >= signer.NotAfter)
        {
            throw new IOException(
                $"the CA in {CertificateFile} has expired: make its successor with `corenode pki init --renew`");
        }

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Describe(order, sans, key);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(signer, true, false));
        using ECDsa signing = signer.GetECDsaPrivateKey()
            ?? throw new IOException($"{KeyFile} is no ECDSA key, which is what `corenode pki init` makes");
        DateTimeOffset begins = Later(now - s_backdated, signer.NotBefore);
        DateTimeOffset ends = Earlier(now + lifetime, signer.NotAfter);
        using X509Certificate2 made = request.Create(
            signer.SubjectName, X509SignatureGenerator.CreateForECDsa(signing), begins, ends, Serial());
        SmallFiles.Write(KeyFileOf(order.Name), Ascii(key.ExportPkcs8PrivateKeyPem()), KeyMode, replaces: true);
        SmallFiles.Write(
            CertificateFileOf(order.Name), Ascii(made.ExportCertificatePem()), CertificateMode, replaces: true);
        return CertificateFacts.Of(made);
    }

    // What was asked for when it was made.
    private static TimeSpan Lifetime(CertificateFacts facts) => facts.Expires - facts.Begins - s_backdated;

    private static TimeSpan UsualLifetime(CertificateKind kind) =>
        kind == CertificateKind.Admin ? AdminLifetime : LeafLifetime;

    private static CertificateRequest Describe(CertificateOrder order, IReadOnlyList<string> sans, ECDsa key)
    {
        CertificateRequest request = new(
            CertificateKinds.Subject(order.Kind, order.Name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        OidCollection uses = [new Oid(CertificateCheck.ClientUse)];
        if (order.Kind == CertificateKind.Member)
            uses.Add(new Oid(CertificateCheck.ServerUse));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        SubjectAlternativeNameBuilder names = new();
        foreach (string san in sans)
        {
            if (IPAddress.TryParse(san, out IPAddress? address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(san);
        }

        if (sans.Count > 0)
            request.CertificateExtensions.Add(names.Build());
        return request;
    }

    // "corenode CA 3f9a1c20": without what tells it from the others.
    private static string BaseName(string name)
    {
        int space = name.LastIndexOf(' ');
        bool hasMark = space > 0 && name.Length - space == 9 && name[(space + 1)..].All(char.IsAsciiHexDigitLower);
        return hasMark ? name[..space] : name;
    }

    private static byte[] Serial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        // Positive, and never shortened by a leading zero (RFC 5280 §4.1.2.2).
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    private static byte[] Ascii(string pem) => Encoding.ASCII.GetBytes(pem + "\n");

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private Pair SelfSigned(string name, TimeSpan lifetime)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string mark = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 4));
        CertificateRequest request = new(
            CertificateKinds.Subject(CertificateKind.Authority, $"{name} {mark}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = Now();
        X509Certificate2 certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - s_backdated, now + lifetime,
            Serial());
        return new Pair(certificate, key);
    }

    // Certificates know whole seconds.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    private CertificateFacts? ReadPresent(CertificateOrder order)
    {
        string file = CertificateFileOf(order.Name);
        bool isThere = FileStamp.Of(file) is not null || FileStamp.Of(KeyFileOf(order.Name)) is not null;
        if (!order.Renews)
        {
            return !isThere || order.Replaces ? null : throw new IOException(
                $"{file} is there already: --renew makes its successor with the same names, --force replaces it");
        }

        if (FileStamp.Of(file) is null)
            throw new IOException($"{file} does not exist: without --renew a first certificate is made");
        CertificateFacts present = CertificateFacts.Of(PemText.ReadCertificates(file)[0]);
        if (present.Kind != order.Kind || present.Name != order.Name)
        {
            string kind = order.Kind.ToString().ToLowerInvariant();
            throw new IOException(
                $"{file} is of {present.Subject} and not of the {kind} {order.Name}: --force replaces it");
        }

        return present;
    }

    private X509Certificate2Collection ReadAuthorities() =>
        FileStamp.Of(CertificateFile) is not null
            ? PemText.ReadCertificates(CertificateFile)
            : throw new IOException($"{CertificateFile} does not exist: make the CA with `corenode pki init`");

    private X509Certificate2 ReadSigner(X509Certificate2Collection authorities)
    {
        if (FileStamp.Of(KeyFile) is null)
        {
            throw new IOException(
                $"{KeyFile} does not exist: certificates are issued where the CA's key is, on the machine where "
                + "`corenode pki init` was run");
        }

        foreach (X509Certificate2 one in authorities)
        {
            if (PemText.Fits(one, KeyFile))
                return PemText.WithKey(one, CertificateFile, KeyFile);
        }

        throw new IOException($"the key in {KeyFile} belongs to none of the certificates in {CertificateFile}");
    }

    private void WriteAuthorities(IEnumerable<X509Certificate2> authorities)
    {
        StringBuilder text = new();
        foreach (X509Certificate2 one in authorities)
            text.Append(one.ExportCertificatePem()).Append('\n');
        SmallFiles.Write(
            CertificateFile, Encoding.ASCII.GetBytes(text.ToString()), CertificateMode, replaces: true);
    }

    private sealed record Pair(X509Certificate2 Certificate, ECDsa Key) : IDisposable
    {
        public string KeyPem => Key.ExportPkcs8PrivateKeyPem();

        public void Dispose()
        {
            Certificate.Dispose();
            Key.Dispose();
        }
    }
}
