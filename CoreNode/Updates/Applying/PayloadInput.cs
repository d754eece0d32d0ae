using System.Security.Cryptography;
using CoreNode.Foundation;

namespace CoreNode.Updates.Applying;

/// <summary>
/// The payload's bytes as they come, paced and paused. While it is paused no connection is kept; afterwards it goes on
/// from where it was. Owned by one caller.
/// </summary>
internal sealed class PayloadInput : IDisposable
{
    private const int BufferBytes = 128 << 10;

    private readonly IPayloadSource _source;
    private readonly WorkControl _control;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private IncrementalHash? _hash;
    private Stream? _stream;
    private long _next;
    private int _start;
    private int _end;

    public PayloadInput(IPayloadSource source, WorkControl control)
    {
        _source = source;
        _control = control;
    }

    /// <summary>Bytes of the whole payload; null while that is not known.</summary>
    public long? Size { get; set; }

    /// <summary>Bytes that came.</summary>
    public long Fetched { get; private set; }

    /// <summary>What came and was not taken yet.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Hashes the whole payload from now on; of what was read before, the bytes.</summary>
    public void BeginHash(ReadOnlySpan<byte> before)
    {
        _hash?.Dispose();
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _hash.AppendData(before);
        _hash.AppendData(Rest);
    }

    /// <summary>The whole payload's hash; null if it was not hashed from its beginning on.</summary>
    public byte[]? FinishHash() => _hash?.GetHashAndReset();

    /// <summary>So many bytes of <see cref="Rest"/> are taken.</summary>
    public void Take(int bytes) => _start += bytes;

    /// <summary>Goes on at another byte; the whole is not hashed any more.</summary>
    public void Seek(long offset)
    {
        Close();
        _hash?.Dispose();
        _hash = null;
        (_start, _end, _next) = (0, 0, offset);
    }

    /// <summary>Fetches more, once all was taken. False at the end.</summary>
    /// <exception cref="ApplyException">It cannot be had.</exception>
    public async Task<bool> FillAsync()
    {
        Invariant.That(_start == _end, "what came is taken before more is fetched");
        if (_control.IsPaused)
        {
            Close();
            await _control.WhenGoingAsync();
        }

        _control.Stopped.ThrowIfCancellationRequested();
        _stream ??= await _source.OpenAsync(_next, Size, _control.Stopped);
        int count = await _stream.ReadAsync(_buffer, _control.Stopped);
        (_start, _end) = (0, count);
        _next += count;
        Fetched += count;
        _hash?.AppendData(Rest);
        await _control.FetchedAsync(count);
        return count > 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _hash?.Dispose();
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
