using CoreNode.Platform;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// A payload from a byte on, piece by piece from wherever the desk says, and kept on the way where it says so. What the
/// server does wrong is thrown; what other nodes do wrong costs another question. One reader; asynchronous only.
/// </summary>
public sealed class SharedStream : Stream
{
    // The disk is given what is kept in small parts, so that it does not come all at once.
    private const long SyncBytes = 32 << 20;

    private readonly IShareDesk _desk;
    private readonly IServerPayload _server;
    private readonly IFiles _files;
    private readonly long _size;
    private ShareQuestion _question;
    private SharePiece? _piece;
    private Stream? _data;
    private IFile? _file;
    private long _next;
    private long _end;
    private long _unsynced;
    private bool _isDeskGone;

    /// <summary>From a byte on.</summary>
    /// <param name="desk">Says where it comes from.</param>
    /// <param name="server">Where it comes from if nobody else has it.</param>
    /// <param name="files">The disk of what is kept.</param>
    /// <param name="question">The payload, and the byte.</param>
    public SharedStream(IShareDesk desk, IServerPayload server, IFiles files, ShareQuestion question)
    {
        (_desk, _server, _files, _question, _size) = (desk, server, files, question, question.Size);
        Wanted = question.From;
    }

    /// <summary>Told where bytes came from that the reader was given.</summary>
    public Action<ShareOrigin>? Took { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Wanted;
        set => throw new NotSupportedException();
    }

    // The byte that the reader gets next; what comes may begin before it.
    private long Wanted { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (Wanted < _size && !buffer.IsEmpty)
        {
            if (_piece is null)
                await OpenAsync(cancellationToken);
            int most = (int)Math.Min(buffer.Length, _end - _next);
            int count = most == 0 ? 0 : await ReadPieceAsync(buffer[..most], cancellationToken);
            if (count == 0)
            {
                await CloseAsync();
                continue;
            }

            bool isKept = TryKeep(buffer.Span[..count]);
            _next += count;
            int given = (int)Math.Max(0, Math.Min(count, _next - Wanted));
            if (given > 0)
            {
                buffer.Span[(count - given)..count].CopyTo(buffer.Span);
                Wanted += given;
                Took?.Invoke(_piece!.Origin);
            }

            // What cannot be kept is told with the next question, which is asked at once.
            if (Wanted == _size || !isKept)
                await CloseAsync();
            if (given > 0)
                return given;
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _data?.Dispose();
            _file?.Dispose();
            // What is left of the connection ends with it: nothing waits for it.
            _ = _piece?.DisposeAsync().AsTask();
            _piece = null;
        }

        base.Dispose(disposing);
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        _piece = await AskAsync(cancellation);
        _next = _piece.From;
        _end = _piece.To > 0 ? Math.Min(_piece.To, _size) : _size;
        if (_next > Wanted || _end <= _next)
            throw new IOException("the node says that a payload goes on where it does not");
        switch (_piece.Origin)
        {
            case ShareOrigin.Own:
                _file = OpenKept(_piece.Path);
                if (_file is null)
                    _end = _next;
                break;
            case ShareOrigin.Peer:
                _data = _piece.Data;
                break;
            default:
                _data = await _server.OpenAsync(_next, _end, _size, cancellation);
                break;
        }

        if (_piece.Path.Length > 0 && _piece.Origin != ShareOrigin.Own)
            _file = OpenKept(_piece.Path);
    }

    private async Task<SharePiece> AskAsync(CancellationToken cancellation)
    {
        ShareQuestion question = _question with { From = Wanted };
        _question = _question with { IsBlamed = false, Unkept = "" };
        if (!_isDeskGone)
        {
            try
            {
                return await _desk.NextAsync(question, cancellation);
            }
            catch (IOException)
            {
                _isDeskGone = true;
            }
        }

        return new SharePiece(ShareOrigin.Server) { From = Wanted };
    }

    private async Task<int> ReadPieceAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_piece!.Origin == ShareOrigin.Server)
            return await _data!.ReadAsync(buffer, cancellation);
        try
        {
            return _data is null
                ? _file!.Read(_next - _piece.Base, buffer.Span)
                : await _data.ReadAsync(buffer, cancellation);
        }
        catch (IOException broken)
        {
            // What is kept cannot be read: it is of no use to anybody.
            if (_data is null)
                _question = _question with { Unkept = broken.Message };
            return 0;
        }
    }

    private IFile? OpenKept(string path)
    {
        try
        {
            return _files.Open(path, create: false);
        }
        catch (IOException missing)
        {
            _question = _question with { Unkept = missing.Message };
            return null;
        }
    }

    private bool TryKeep(ReadOnlySpan<byte> bytes)
    {
        if (_file is null || _piece!.Origin == ShareOrigin.Own)
            return true;
        try
        {
            _file.Write(_next - _piece.Base, bytes);
            _unsynced += bytes.Length;
            if (_unsynced < SyncBytes && _next + bytes.Length < _size)
                return true;
            _file.SyncData();
            _unsynced = 0;
            return true;
        }
        catch (IOException full)
        {
            _question = _question with { Unkept = full.Message };
            return false;
        }
    }

    private async Task CloseAsync()
    {
        if (_data is { } data)
            await data.DisposeAsync();
        _file?.Dispose();
        if (_piece is { } piece)
            await piece.DisposeAsync();
        (_data, _file, _piece) = (null, null, null);
    }
}
