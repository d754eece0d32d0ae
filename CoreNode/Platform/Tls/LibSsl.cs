using System.Runtime.InteropServices;

namespace CoreNode.Platform.Tls;

/// <summary>
/// OpenSSL 3, which the runtime itself uses for hashes and keys. Directly, because its own TLS stream costs a request
/// more than the encryption does (docs/decisions/0018-tls.md). Pointers are OpenSSL's objects; who owns which is said
/// in <see cref="TlsServerContext"/> and <see cref="TlsSession"/>, the only users. Safety: signatures are those of
/// OpenSSL 3.0's headers; no call keeps a pointer to managed memory.
/// </summary>
internal static unsafe partial class LibSsl
{
    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    [LibraryImport(Ssl)]
    internal static partial nint TLS_server_method();

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_ctrl(nint context, int command, nint number, nint pointer);

    [LibraryImport(Ssl)]
    internal static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_set_num_tickets(nint context, nuint count);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_cipher_list(nint context, string names);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_ciphersuites(nint context, string names);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_certificate(nint context, nint certificate);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_PrivateKey(nint context, nint key);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_check_private_key(nint context);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_get_cert_store(nint context);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_set_default_verify_paths(nint context);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_add_client_CA(nint context, nint certificate);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_verify(
        nint context, int mode, delegate* unmanaged[Cdecl]<int, nint, int> judge);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_alpn_select_cb(
        nint context, delegate* unmanaged[Cdecl]<nint, byte**, byte*, byte*, uint, nint, int> select, nint argument);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_new(nint context);

    [LibraryImport(Ssl)]
    internal static partial void SSL_free(nint session);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_bio(nint session, nint input, nint output);

    [LibraryImport(Ssl)]
    internal static partial int SSL_accept(nint session);

    [LibraryImport(Ssl)]
    internal static partial int SSL_read(nint session, byte* target, int length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_write(nint session, byte* bytes, int length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_shutdown(nint session);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_ctrl(nint session, int command, nint number, nint pointer);

    [LibraryImport(Ssl)]
    [SuppressGCTransition]
    internal static partial int SSL_has_pending(nint session);

    [LibraryImport(Ssl)]
    internal static partial int SSL_want(nint session);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_shutdown(nint session);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_error(nint session, int result);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get1_peer_certificate(nint session);

    [LibraryImport(Crypto)]
    internal static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    internal static partial nint BIO_new(nint type);

    [LibraryImport(Crypto)]
    internal static partial int BIO_write(nint bio, byte* bytes, int length);

    [LibraryImport(Crypto)]
    internal static partial int BIO_read(nint bio, byte* target, int length);

    // A few instructions: not worth telling the collector.
    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    internal static partial nuint BIO_ctrl_pending(nint bio);

    [LibraryImport(Crypto)]
    internal static partial nint d2i_X509(nint reuse, byte** bytes, nint length);

    [LibraryImport(Crypto)]
    internal static partial int i2d_X509(nint certificate, byte** target);

    [LibraryImport(Crypto)]
    internal static partial void X509_free(nint certificate);

    [LibraryImport(Crypto)]
    internal static partial nint d2i_AutoPrivateKey(nint reuse, byte** bytes, nint length);

    [LibraryImport(Crypto)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_add_cert(nint store, nint certificate);

    [LibraryImport(Crypto)]
    internal static partial int X509_STORE_set_flags(nint store, nuint flags);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_get0_cert(nint context);

    [LibraryImport(Crypto)]
    internal static partial void ERR_clear_error();

    [LibraryImport(Crypto)]
    internal static partial nuint ERR_get_error();

    [LibraryImport(Crypto)]
    internal static partial nint ERR_reason_error_string(nuint error);

    /// <summary>What the library said last on this thread, and nothing stays behind.</summary>
    internal static string TakeError()
    {
        string reason = "";
        while (ERR_get_error() is var error and not 0)
        {
            // The first is the cause.
            if (reason.Length == 0)
                reason = Marshal.PtrToStringUTF8(ERR_reason_error_string(error)) ?? $"error {error:x}";
        }

        return reason.Length == 0 ? "no reason was given" : reason;
    }

    /// <summary>A certificate's bytes.</summary>
    internal static byte[] Encode(nint certificate)
    {
        int length = i2d_X509(certificate, null);
        byte[] bytes = new byte[Math.Max(length, 0)];
        fixed (byte* begin = bytes)
        {
            byte* at = begin;
            if (length > 0)
                _ = i2d_X509(certificate, &at);
        }

        return bytes;
    }
}
