using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Logs;

/// <summary>Reads one file of a journal, also while it is written. One thread at a time.</summary>
internal sealed class JournalReader : IDisposable
{
    private const int ChunkBytes = 64 << 10;

    private readonly SafeFileHandle _file;
    private byte[] _buffer = new byte[ChunkBytes];
    private int _start;
    private int _end;
    private long _fileOffset;
    private bool _isHeaderRead;

    /// <summary>Opens it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public JournalReader(string path) =>
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Where the next record begins.</summary>
    public long Position => _fileOffset - (_end - _start);

    /// <summary>Everything that is there was read, and nothing is left over.</summary>
    public bool IsAtEnd => _isHeaderRead && _start == _end;

    /// <summary>The next record; null if there is none as a whole (yet).</summary>
    public JournalRecord? Next()
    {
        if (!_isHeaderRead)
        {
            if (!Fill(JournalFiles.HeaderBytes)
                || !JournalFiles.IsReadable(_buffer.AsSpan(_start, JournalFiles.HeaderBytes)))
            {
                return null;
            }

            _start += JournalFiles.HeaderBytes;
            _isHeaderRead = true;
        }

        if (!Fill(JournalRecord.HeaderBytes))
            return null;
        int length = BitConverter.ToInt32(_buffer, _start);
        if (length is < 0 or > JournalRecord.MostBytes || !Fill(JournalRecord.HeaderBytes + length))
            return null;
        JournalRecord? record = JournalRecord.Read(_buffer.AsSpan(_start, _end - _start), out int taken);
        _start += taken;
        return record;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool Fill(int wanted)
    {
        while (_end - _start < wanted)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            if (_buffer.Length < Math.Max(wanted, ChunkBytes) || _end == _buffer.Length)
                Array.Resize(ref _buffer, Math.Max(wanted, _buffer.Length * 2));
            int read = RandomAccess.Read(_file, _buffer.AsSpan(_end), _fileOffset);
            if (read == 0)
                return false;
            _end += read;
            _fileOffset += read;
        }

        return true;
    }
}
