using System.Net;
using System.Net.Sockets;

namespace CoreNode.Api.Peers;

/// <summary>Makes a connection to a member and says the hello. Any thread; nothing here blocks.</summary>
internal static class PeerDialer
{
    /// <summary>Connects to the first address of the URL that answers, and says the hello.</summary>
    /// <exception cref="PeerRefusedException">A member answers, and refuses.</exception>
    /// <exception cref="IOException">Nobody answers, or not as a member does; the message says why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<(PeerLink Link, FrameStream Frames)> DialAsync(
        string url, PeerHello hello, int maxPayloadBytes, PeerContext context, CancellationToken cancellation)
    {
        PeerLink link = await ConnectAsync(url, context, cancellation);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(context.Options.HandshakeTimeout);
        try
        {
            Uri parsed = new(url);
            if (parsed.Scheme == Uri.UriSchemeHttps)
                await PeerTls.DialAsync(link, parsed, context, deadline.Token);
            byte[] bytes = hello.Encode();
            await link.SendAsync(bytes, deadline.Token);
            context.Metrics.SentBytes.Add(bytes.Length);
            FrameStream frames = new(
                link, new FrameReader(maxPayloadBytes, FrameReader.BufferBytesOf(hello.Kind)), context);
            if (HelloAnswer.Read(await ReadAnswerAsync(link, frames, deadline.Token), out _) is { } refusal)
                throw new PeerRefusedException(refusal);
            return (link, frames);
        }
        catch (Exception e) when (PeerFaults.IsOutside(e) || e is PeerRefusedException)
        {
            link.Dispose();
            if (e is PeerRefusedException || cancellation.IsCancellationRequested)
                throw;
            throw new IOException(PeerFaults.Reason(e), e);
        }
    }

    private static async Task<PeerFrame> ReadAnswerAsync(
        PeerLink link, FrameStream frames, CancellationToken cancellation)
    {
        if (!link.IsTls)
        {
            byte[] first = new byte[3];
            if (await link.PeekAsync(first, cancellation) == first.Length && PeerTls.IsAlert(first))
                throw new PeerProtocolException(ProtocolFault.Tls, "it speaks TLS, but this is an http URL");
            return await frames.ReadAsync(cancellation);
        }

        try
        {
            return await frames.ReadAsync(cancellation);
        }
        catch (IOException e)
        {
            throw new IOException(PeerTls.AfterHandshake(e), e);
        }
    }

    private static async Task<PeerLink> ConnectAsync(string url, PeerContext context, CancellationToken cancellation)
    {
        string reason = "no address";
        foreach (IPEndPoint address in await PeerEndPoints.ResolveAsync(url, cancellation))
        {
            Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(context.Options.ConnectTimeout);
            try
            {
                await socket.ConnectAsync(address, deadline.Token);
                return new PeerLink(socket, context.Options.AcknowledgeTimeout);
            }
            catch (Exception e) when (PeerFaults.IsOutside(e))
            {
                socket.Dispose();
                cancellation.ThrowIfCancellationRequested();
                reason = PeerFaults.Reason(e);
            }
        }

        throw new IOException(reason);
    }
}
