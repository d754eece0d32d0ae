using System.Net;

namespace CoreNode.Cli.Images;

/// <summary>A file as the body of a request; says how much of it was sent.</summary>
internal sealed class ArchiveContent : HttpContent
{
    private readonly FileStream _file;
    private readonly Action<long, long> _progress;

    public ArchiveContent(string path, Action<long, long> progress)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: false);
        _progress = progress;
        Headers.TryAddWithoutValidation("Content-Type", "application/x-tar");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        byte[] piece = new byte[1 << 17];
        while (await _file.ReadAsync(piece) is var length and > 0)
        {
            await stream.WriteAsync(piece.AsMemory(0, length));
            _progress(_file.Position, _file.Length);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _file.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }
}
