using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CoreNode.Foundation;
using static CoreNode.Platform.Tls.LibSsl;

namespace CoreNode.Platform.Tls;

/// <summary>
/// What all TLS connections of a listener share: own certificate and key, and who may sign the other side's. TLS
/// 1.2 at least, ciphers with forward secrecy and authentication only, HTTP/1.1, no compression, no renegotiation.
/// Immutable; any thread. Sessions keep what they need of it alive. Safety: the context is made and freed by this
/// object alone, and a session begins only under its gate; certificates and keys that were decoded are freed by who
/// decoded them (the context counts its own references); the two callbacks read only what the library gives them
/// for the call.
/// </summary>
public sealed unsafe class TlsServerContext : IDisposable
{
    private const int SetMode = 33;
    private const int SetSessionCacheMode = 44;
    private const int AddChainCertificate = 89;
    private const int SetMinVersion = 123;
    private const int Tls12 = 0x0303;
    private const int ModeReleaseBuffers = 0x10;
    private const int ModeNoAutoChain = 0x08;
    private const int VerifyPeer = 1;
    private const int FailWithoutCertificate = 2;
    private const nuint PartialChain = 0x80000;
    private const ulong NoCompression = 1UL << 17;
    private const ulong ServerPreference = 1UL << 22;
    private const ulong NoRenegotiation = 1UL << 30;
    private const ulong NoTicket = 1UL << 14;
    private const int AlpnOk = 0;
    private const int AlpnFatal = 2;

    // The cheapest first, as in Go; all have no known weakness.
    private const string Suites13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
    private const string Suites12 = "ECDHE+AESGCM:ECDHE+CHACHA20";

    [ThreadStatic]
    private static byte[]? t_refused;

    private readonly Lock _gate = new(); // _context
    private nint _context;

    /// <summary>Takes certificate and key.</summary>
    /// <param name="chain">Own certificate (DER), then its intermediates.</param>
    /// <param name="key">Its key (PKCS #8 DER); not kept.</param>
    /// <param name="authorities">Who may sign what clients show (DER); null for the system's.</param>
    /// <param name="requiresClientCertificate">Clients without a certificate are refused.</param>
    /// <exception cref="TlsFailureException">The library takes one of them not.</exception>
    public TlsServerContext(
        IReadOnlyList<byte[]> chain, ReadOnlySpan<byte> key, IReadOnlyList<byte[]>? authorities,
        bool requiresClientCertificate)
    {
        ERR_clear_error();
        _context = NotNull(SSL_CTX_new(TLS_server_method()));
        try
        {
            Configure(requiresClientCertificate);
            UseOwn(chain, key);
            if (requiresClientCertificate)
                Trust(authorities);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            // Sessions hold it, too: it goes away with the last one.
            if (_context != 0)
                SSL_CTX_free(_context);
            _context = 0;
        }
    }

    /// <summary>A session object of the library; the caller frees it.</summary>
    internal nint NewSession()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_context == 0, this);
            return NotNull(SSL_new(_context));
        }
    }

    /// <summary>The certificate that the handshake which ran last on this thread refused.</summary>
    internal static byte[]? TakeRefused()
    {
        byte[]? refused = t_refused;
        t_refused = null;
        return refused;
    }

    internal static nint NotNull(nint value) => value != 0 ? value : throw new TlsFailureException(TakeError());

    private static void Checked(int result)
    {
        if (result != 1)
            throw new TlsFailureException(TakeError());
    }

    private static nint Decode(byte[] certificate)
    {
        fixed (byte* begin = certificate)
        {
            byte* at = begin;
            return NotNull(d2i_X509(0, &at, certificate.Length));
        }
    }

    private static void With(byte[] encoded, Action<nint> use)
    {
        nint certificate = Decode(encoded);
        try
        {
            use(certificate);
        }
        finally
        {
            X509_free(certificate);
        }
    }

    private void Configure(bool requiresClientCertificate)
    {
        SSL_CTX_ctrl(_context, SetMinVersion, Tls12, 0);
        SSL_CTX_ctrl(_context, SetMode, ModeReleaseBuffers | ModeNoAutoChain, 0);
        SSL_CTX_ctrl(_context, SetSessionCacheMode, 0, 0);

        // Whoever shows a certificate shows it each time: a session that is gone on with would not be checked again.
        ulong options = NoCompression | ServerPreference | NoRenegotiation;
        SSL_CTX_set_options(_context, requiresClientCertificate ? options | NoTicket : options);
        _ = SSL_CTX_set_num_tickets(_context, requiresClientCertificate ? 0u : 1u);
        Checked(SSL_CTX_set_cipher_list(_context, Suites12));
        Checked(SSL_CTX_set_ciphersuites(_context, Suites13));
        SSL_CTX_set_alpn_select_cb(_context, &SelectProtocol, 0);
    }

    private void UseOwn(IReadOnlyList<byte[]> chain, ReadOnlySpan<byte> key)
    {
        With(chain[0], own => Checked(SSL_CTX_use_certificate(_context, own)));
        nint privateKey;
        fixed (byte* begin = key)
        {
            byte* at = begin;
            privateKey = NotNull(d2i_AutoPrivateKey(0, &at, key.Length));
        }

        try
        {
            Checked(SSL_CTX_use_PrivateKey(_context, privateKey));
            Checked(SSL_CTX_check_private_key(_context));
        }
        finally
        {
            EVP_PKEY_free(privateKey);
        }

        foreach (byte[] intermediate in ListPart.From(chain, 1))
            With(intermediate, one => Checked((int)SSL_CTX_ctrl(_context, AddChainCertificate, 1, one)));
    }

    private void Trust(IReadOnlyList<byte[]>? authorities)
    {
        SSL_CTX_set_verify(_context, VerifyPeer | FailWithoutCertificate, &Judge);
        if (authorities is null)
        {
            Checked(SSL_CTX_set_default_verify_paths(_context));
            return;
        }

        nint store = SSL_CTX_get_cert_store(_context);

        // As in Go: whoever is in the file is trusted, whoever has signed it.
        Checked(X509_STORE_set_flags(store, PartialChain));
        foreach (byte[] authority in authorities)
        {
            With(authority, one =>
            {
                Checked(X509_STORE_add_cert(store, one));
                Checked(SSL_CTX_add_client_CA(_context, one));
            });
        }
    }

    // Keeps what the library refuses, and changes nothing about it.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Judge(int isGood, nint context)
    {
        if (isGood == 0)
        {
            nint certificate = X509_STORE_CTX_get0_cert(context);
            t_refused = certificate == 0 ? null : Encode(certificate);
        }

        return isGood;
    }

    // Whoever names protocols and not HTTP/1.1 among them is told so; whoever names none speaks it.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SelectProtocol(
        nint session, byte** selected, byte* selectedLength, byte* offered, uint length, nint argument)
    {
        for (uint at = 0; at < length && at + 1 + offered[at] <= length; at += 1u + offered[at])
        {
            ReadOnlySpan<byte> name = new(offered + at + 1, offered[at]);
            if (!name.SequenceEqual("http/1.1"u8) && !name.SequenceEqual("http/1.0"u8))
                continue;
            *selected = offered + at + 1;
            *selectedLength = offered[at];
            return AlpnOk;
        }

        return AlpnFatal;
    }
}
