using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Pki;
using CoreNode.Platform.Tls;
using Microsoft.AspNetCore.Connections;

namespace CoreNode.Api;

/// <summary>
/// TLS of the https listeners: the handshake, with its limits in time, number and processor time, and the pipes that
/// encrypt what Kestrel writes. Whoever fails is told by an alert, and the log says why. Any thread.
/// </summary>
internal sealed class TlsGate(ICertificateSource source, ApiOptions options, TlsLog log, TimeProvider time)
    : IDisposable
{
    private const byte HandshakeRecord = 22;

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    private readonly TlsContexts _contexts = new(source);

    // Keys are computed on the pool, and only by so many of its threads at once: the rest is for other requests.
    private readonly SemaphoreSlim _computing = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _handshakes;

    /// <summary>Serves one connection: what <paramref name="next"/> gets is in clear.</summary>
    public async Task ServeAsync(ConnectionContext connection, Func<Caller, Task> next)
    {
        using TlsSession? session = await MeetAsync(connection);
        if (session is null)
            return;
        Caller caller = CallerOf(session);
        IDuplexPipe encrypted = connection.Transport;
        connection.Transport = new TransportPair(
            new TlsPipeReader(encrypted.Input, session), new TlsPipeWriter(encrypted.Output, session));
        try
        {
            await next(caller);
        }
        finally
        {
            connection.Transport = encrypted;
            await EndAsync(session, encrypted.Output);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _contexts.Dispose();
        _computing.Dispose();
    }

    private static Caller CallerOf(TlsSession session)
    {
        if (session.PeerCertificate() is not { } encoded)
            return Caller.Unknown;
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(encoded);
        return new Caller(IsMachineAdmin: false, CertificateSubject.CommonName(certificate))
        {
            CertificateOrganisations = CertificateSubject.Organisations(certificate),
        };
    }

    private static async Task EndAsync(TlsSession session, PipeWriter output)
    {
        try
        {
            session.WriteEnd();
            if (TlsPipeWriter.Move(session, output))
                await output.FlushAsync(CancellationToken.None).AsTask().WaitAsync(s_farewell);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or TimeoutException)
        {
            // It is gone already, or does not read.
        }
    }

    // Null if the connection is not to be served; it has been told why.
    private async Task<TlsSession?> MeetAsync(ConnectionContext connection)
    {
        if (Interlocked.Increment(ref _handshakes) > options.MaxTlsHandshakes)
        {
            Interlocked.Decrement(ref _handshakes);
            log.Failed(connection.RemoteEndPoint, TlsFault.TooMany,
                $"{options.MaxTlsHandshakes} TLS handshakes are under way, no more are allowed");
            return null;
        }

        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(
            connection.ConnectionClosed);
        using ITimer timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), deadline, options.TlsHandshakeTimeout,
            Timeout.InfiniteTimeSpan);
        try
        {
            return await HandshakeAsync(connection, deadline.Token);
        }
        catch (OperationCanceledException) when (!connection.ConnectionClosed.IsCancellationRequested)
        {
            log.Failed(connection.RemoteEndPoint, TlsFault.Silent,
                $"it did not finish the TLS handshake within {options.TlsHandshakeTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            log.Failed(connection.RemoteEndPoint, TlsFault.Left, "it left during the TLS handshake");
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }

        return null;
    }

    private async Task<TlsSession?> HandshakeAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        IDuplexPipe transport = connection.Transport;
        ReadResult first = await transport.Input.ReadAsync(cancellation);
        if (first.Buffer.IsEmpty)
            return null;
        if (first.Buffer.FirstSpan[0] != HandshakeRecord)
        {
            await RefusePlainAsync(connection, first.Buffer, cancellation);
            return null;
        }

        (TlsSession session, TlsCertificates certificates) = _contexts.Begin();
        bool isDone = false;
        try
        {
            ReadResult read = first;
            while (true)
            {
                foreach (ReadOnlyMemory<byte> part in read.Buffer)
                    session.Put(part.Span);
                transport.Input.AdvanceTo(read.Buffer.End);
                isDone = await ComputeAsync(session, cancellation);
                if (TlsPipeWriter.Move(session, transport.Output))
                    await transport.Output.FlushAsync(cancellation);
                if (isDone)
                    return session;
                if (read.IsCompleted)
                    throw new IOException("the connection ended");
                read = await transport.Input.ReadAsync(cancellation);
            }
        }
        catch (TlsFailureException e)
        {
            if (TlsPipeWriter.Move(session, transport.Output))
                await transport.Output.FlushAsync(cancellation);
            (TlsFault fault, string reason) = TlsLog.Explain(e, certificates, connection.RemoteEndPoint, time);
            log.Failed(connection.RemoteEndPoint, fault, reason);
            return null;
        }
        finally
        {
            if (!isDone)
                session.Dispose();
        }
    }

    private async Task<bool> ComputeAsync(TlsSession session, CancellationToken cancellation)
    {
        await _computing.WaitAsync(cancellation);
        try
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return session.Handshake();
        }
        finally
        {
            _computing.Release();
        }
    }

    private async Task RefusePlainAsync(
        ConnectionContext connection, ReadOnlySequence<byte> bytes, CancellationToken cancellation)
    {
        Span<byte> begin = stackalloc byte[8];
        int length = (int)Math.Min(bytes.Length, begin.Length);
        bytes.Slice(0, length).CopyTo(begin);
        bool isHttp = IsHttp(begin[..length]);
        connection.Transport.Input.AdvanceTo(bytes.End);
        log.Failed(connection.RemoteEndPoint, TlsFault.NoTls,
            isHttp ? "it sent an HTTP request without TLS" : "what it sent first is no TLS");
        if (!isHttp)
            return;
        connection.Transport.Output.Write(
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"u8);
        await connection.Transport.Output.FlushAsync(cancellation);
    }

    private static bool IsHttp(ReadOnlySpan<byte> begin) =>
        begin.StartsWith("GET "u8) || begin.StartsWith("HEAD "u8) || begin.StartsWith("POST "u8)
        || begin.StartsWith("PUT "u8) || begin.StartsWith("DELETE "u8) || begin.StartsWith("OPTIONS "u8)
        || begin.StartsWith("PATCH "u8);

    private sealed class TransportPair(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
