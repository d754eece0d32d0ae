using System.Net;

namespace CoreNode.Api.Client.UpdateServer;

/// <summary>A file as the body of a request, read as it is sent; tells how far it is.</summary>
/// <param name="path">The file.</param>
/// <param name="progress">Is told how many bytes were sent, of how many.</param>
public sealed class FileContent(string path, Action<long, long> progress) : HttpContent
{
    private const int PieceBytes = 256 << 10;

    private readonly long _length = new FileInfo(path).Length;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            byte[] piece = new byte[PieceBytes];
            long sent = 0;
            for (int count; (count = await file.ReadAsync(piece, cancellationToken)) > 0;)
            {
                await stream.WriteAsync(piece.AsMemory(0, count), cancellationToken);
                sent += count;
                progress(sent, _length);
            }
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}
