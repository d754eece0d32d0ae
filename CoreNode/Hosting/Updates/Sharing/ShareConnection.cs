using System.Net.Sockets;
using CoreNode.Updates.Sharing;

namespace CoreNode.Hosting.Updates.Sharing;

/// <summary>The node's desk, as its worker process reaches it: a unix socket, a connection for each question.</summary>
internal sealed class ShareConnection(string path) : IShareDesk
{
    /// <inheritdoc/>
    public async Task<SharePiece> NextAsync(ShareQuestion question, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            NetworkStream stream = new(socket, ownsSocket: true);
            await stream.WriteAsync(ShareLines.Write(question), cancellation);
            byte[] line = await ShareLines.ReadLineAsync(stream, cancellation)
                ?? throw new IOException("the node ended the connection");
            return ShareLines.ReadPiece(line, stream, stream);
        }
        catch (Exception fault)
        {
            socket.Dispose();
            if (fault is SocketException or FormatException)
                throw new IOException($"the node does not say where the payload is: {fault.Message}", fault);
            throw;
        }
    }
}
