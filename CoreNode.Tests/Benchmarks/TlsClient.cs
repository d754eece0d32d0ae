using System.Runtime.InteropServices;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// The client's side of TLS on a blocking socket, by OpenSSL without a layer between (see <see cref="EventPoll"/>).
/// Certificates of servers are not looked at: what is measured is the server. Owned by one thread.
/// </summary>
internal sealed partial class TlsClient : IDisposable
{
    private const int ClearMode = 78;
    private const int AutoRetry = 4;
    private const int WantRead = 2;
    private const int Pem = 1;

    private static readonly nint s_context = MakeContext();

    private readonly nint _session;

    /// <summary>Shakes hands on a connected socket.</summary>
    public TlsClient(int descriptor)
    {
        _session = NewSession(s_context);
        SetDescriptor(_session, descriptor);
        if (Connect(_session) != 1)
            throw new IOException("the TLS handshake failed");
    }

    /// <summary>The certificate and key (PEM) that servers are shown from now on.</summary>
    public static void Show(string certificateFile, string keyFile)
    {
        if (UseCertificate(s_context, certificateFile, Pem) != 1 || UseKey(s_context, keyFile, Pem) != 1)
            throw new IOException($"{certificateFile} cannot be used");
    }

    /// <summary>Receives what is there; 0 if that was nothing for the application.</summary>
    public int Receive(Span<byte> buffer)
    {
        int count = Read(_session, ref MemoryMarshal.GetReference(buffer), buffer.Length);
        if (count > 0)
            return count;
        return GetError(_session, count) == WantRead ? 0 : throw new IOException("the server closed a connection");
    }

    /// <summary>Sends all of a request.</summary>
    public void Send(ReadOnlySpan<byte> request)
    {
        if (Write(_session, ref MemoryMarshal.GetReference(request), request.Length) != request.Length)
            throw new IOException("a request was not taken");
    }

    /// <summary>Changes this side's keys with the next request, and asks the server to change its own.</summary>
    public void AskForNewKeys()
    {
        if (UpdateKeys(_session, 1) != 1)
            throw new IOException("keys cannot be changed");
    }

    public void Dispose() => Free(_session);

    private static nint MakeContext()
    {
        nint context = NewContext(Method());
        // Tickets of TLS 1.3 arrive without an answer: reading them must not wait for one.
        Control(context, ClearMode, AutoRetry, 0);
        return context;
    }

    [LibraryImport("libssl.so.3", EntryPoint = "TLS_client_method")]
    private static partial nint Method();

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_new")]
    private static partial nint NewContext(nint method);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_ctrl")]
    private static partial nint Control(nint context, int command, nint number, nint pointer);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_use_certificate_file",
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UseCertificate(nint context, string file, int type);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_use_PrivateKey_file",
        StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UseKey(nint context, string file, int type);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_new")]
    private static partial nint NewSession(nint context);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_free")]
    private static partial void Free(nint session);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_set_fd")]
    private static partial int SetDescriptor(nint session, int descriptor);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_connect")]
    private static partial int Connect(nint session);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_key_update")]
    private static partial int UpdateKeys(nint session, int kind);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_get_error")]
    private static partial int GetError(nint session, int result);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_read")]
    private static partial int Read(nint session, ref byte buffer, int length);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_write")]
    private static partial int Write(nint session, ref byte buffer, int length);
}
