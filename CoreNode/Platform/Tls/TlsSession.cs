using static CoreNode.Platform.Tls.LibSsl;

namespace CoreNode.Platform.Tls;

/// <summary>
/// The encryption of one connection, without the connection: encrypted bytes are put in and taken out. One side may
/// read while the other writes, from any thread.
/// </summary>
public sealed unsafe class TlsSession : IDisposable
{
    private const int ErrorWantRead = 2;
    private const int WantsInput = 3;
    private const int ReceivedEnd = 2;
    private const int MaxRecord = 16 << 10;
    private const int RecordOverhead = 128;

    // Answers that the protocol itself wants wait for the next write; who asks for more of them than this is cut off.
    private const int MaxUnasked = 64 << 10;

    private readonly Lock _gate = new(); // the library's objects are for one thread at a time
    private nint _session;
    private nint _input;
    private nint _output;

    /// <summary>The accepting side of a new connection.</summary>
    public TlsSession(TlsServerContext context)
    {
        _session = context.NewSession();
        _input = BIO_new(BIO_s_mem());
        _output = BIO_new(BIO_s_mem());
        SSL_set_bio(_session, _input, _output);
    }

    /// <summary>Goes on with the handshake after <see cref="Put"/>; true once it is done.</summary>
    /// <exception cref="TlsFailureException">It failed; what is to be sent says so to the other side.</exception>
    public bool Handshake()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            ERR_clear_error();
            TlsServerContext.TakeRefused();
            int result = SSL_accept(_session);
            if (result == 1)
                return true;
            return SSL_get_error(_session, result) == ErrorWantRead
                ? false
                : throw new TlsFailureException(TakeError()) { Refused = TlsServerContext.TakeRefused() };
        }
    }

    /// <summary>The other side's verified certificate (DER); null if none was asked for.</summary>
    public byte[]? PeerCertificate()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            nint certificate = SSL_get1_peer_certificate(_session);
            if (certificate == 0)
                return null;
            byte[] bytes = Encode(certificate);
            X509_free(certificate);
            return bytes;
        }
    }

    /// <summary>Takes encrypted bytes from the other side.</summary>
    public void Put(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            fixed (byte* begin = bytes)
            {
                if (bytes.Length > 0 && BIO_write(_input, begin, bytes.Length) != bytes.Length)
                    throw new TlsFailureException(TakeError());
            }
        }
    }

    /// <summary>
    /// Takes encrypted bytes and decrypts: how many bytes; 0 if more is needed; -1 after the other side's end.
    /// </summary>
    /// <param name="bytes">What has come; empty to go on with what came before.</param>
    /// <param name="target">Where the clear bytes go.</param>
    /// <param name="hasMore">There may be more without further input.</param>
    /// <exception cref="TlsFailureException">It makes no sense.</exception>
    public int Decrypt(ReadOnlySpan<byte> bytes, Span<byte> target, out bool hasMore)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            int result;
            fixed (byte* input = bytes)
            fixed (byte* output = target)
            {
                if (bytes.Length > 0 && BIO_write(_input, input, bytes.Length) != bytes.Length)
                    throw new TlsFailureException(TakeError());
                result = SSL_read(_session, output, target.Length);
            }

            hasMore = result == target.Length || (result > 0 && BIO_ctrl_pending(_input) > 0);
            return result > 0 ? result : Explain();
        }
    }

    /// <summary>
    /// Encrypts, and takes what is to be sent: how many bytes. If they fill the target, <see cref="Take"/> has the rest.
    /// </summary>
    /// <exception cref="TlsFailureException">The connection is over.</exception>
    public int Encrypt(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            fixed (byte* input = bytes)
            fixed (byte* output = target)
            {
                if (SSL_write(_session, input, bytes.Length) != bytes.Length)
                    throw new TlsFailureException(TakeError());
                return Math.Max(0, BIO_read(_output, output, target.Length));
            }
        }
    }

    /// <summary>The most that so many bytes become.</summary>
    public static int EncryptedLength(int length) =>
        length + (((length / MaxRecord) + 1) * RecordOverhead);

    /// <summary>Tells the other side that nothing more follows.</summary>
    public void WriteEnd()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            ERR_clear_error();
            if (SSL_shutdown(_session) < 0)
                TakeError();
        }
    }

    /// <summary>Bytes that wait to be sent.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _session == 0 ? 0 : (int)BIO_ctrl_pending(_output);
        }
    }

    /// <summary>Takes encrypted bytes for the other side; how many.</summary>
    public int Take(Span<byte> target)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            fixed (byte* begin = target)
                return Math.Max(0, BIO_read(_output, begin, target.Length));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            // The two buffers go with it.
            if (_session != 0)
                SSL_free(_session);
            _session = 0;
            _input = 0;
            _output = 0;
        }
    }

    // Without the library's list of errors, which would have to be cleared before each call.
    private int Explain()
    {
        if (SSL_want(_session) == WantsInput)
        {
            return BIO_ctrl_pending(_output) <= MaxUnasked
                ? 0
                : throw new TlsFailureException("it asks for new keys again and again");
        }

        return (SSL_get_shutdown(_session) & ReceivedEnd) != 0 ? -1 : throw new TlsFailureException(TakeError());
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_session == 0, this);
}
