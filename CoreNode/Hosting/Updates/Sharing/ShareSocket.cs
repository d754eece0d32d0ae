using System.Net.Sockets;
using CoreNode.Updates.Sharing;

namespace CoreNode.Hosting.Updates.Sharing;

/// <summary>
/// The node's end of <see cref="ShareConnection"/>: answers its worker process, and hands on what other nodes send.
/// Only the node's own user may connect.
/// </summary>
internal sealed class ShareSocket(string path, IShareDesk desk)
{
    // sun_path of unix(7), with its end.
    private const int LongestPath = 107;
    private const int Backlog = 4;
    private const int BufferBytes = 128 << 10;

    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="IOException">The socket cannot be made.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using Socket listener = Listen();
        // One asks at a time; one before may still be on its way out.
        using SemaphoreSlim turn = new(1, 1);
        HashSet<Task> running = [];
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptAsync(stop);
                running.RemoveWhere(static one => one.IsCompleted);
                running.Add(ServeAsync(socket, turn, stop));
            }
        }
        catch (SocketException fault)
        {
            throw new IOException($"{path}: {fault.Message}", fault);
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            File.Delete(path);
        }
    }

    private Socket Listen()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw new IOException($"{path} is too long for a unix socket: give the node a shorter --data-dir");
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // One that a process left which was killed; there is one node in a data folder.
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(Backlog);
            return listener;
        }
        catch (Exception fault) when (fault is SocketException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw new IOException($"{path}: {fault.Message}", fault);
        }
    }

    private async Task ServeAsync(Socket socket, SemaphoreSlim turn, CancellationToken stop)
    {
        // Off the loop that accepts.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await using NetworkStream stream = new(socket, ownsSocket: true);
            using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (await ShareLines.ReadLineAsync(stream, gone.Token) is not { } line)
                return;
            Task watch = WatchAsync(stream, gone);
            try
            {
                await AnswerAsync(stream, ShareLines.ReadQuestion(line), turn, gone.Token);
                socket.Shutdown(SocketShutdown.Send);
                await watch;
            }
            finally
            {
                await gone.CancelAsync();
                await watch;
            }
        }
        catch (Exception over) when (over is IOException or SocketException or OperationCanceledException
            or FormatException)
        {
            // The worker has gone, or asks by another version: it finds the server by itself.
        }
    }

    private async Task AnswerAsync(Stream stream, ShareQuestion question, SemaphoreSlim turn,
        CancellationToken cancellation)
    {
        SharePiece piece;
        await turn.WaitAsync(cancellation);
        try
        {
            piece = await desk.NextAsync(question, cancellation);
        }
        finally
        {
            turn.Release();
        }

        await using (piece.ConfigureAwait(false))
        {
            await stream.WriteAsync(ShareLines.Write(piece), cancellation);
            if (piece.Data is { } data)
                await data.CopyToAsync(stream, BufferBytes, cancellation);
        }
    }

    // The end of the worker's side ends its question; it says nothing more.
    private static async Task WatchAsync(Stream stream, CancellationTokenSource gone)
    {
        try
        {
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, gone.Token);
        }
        catch (Exception over) when (over is IOException or OperationCanceledException)
        {
            // As good as an end.
        }

        await gone.CancelAsync();
    }
}
