using System.Text;
using CoreNode.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Logs;

/// <summary>
/// Follows the file that processes of a unit write their output to. They write to the file itself, so that neither a
/// restart nor a halt of this program ever ends or blocks them; what is in the journal is given back to the file
/// system from the file's beginning. Owned by the runner's thread.
/// </summary>
internal sealed class OutputTail : IDisposable
{
    private const int MostLineBytes = 48 << 10;
    private const int MostBytesATime = 1 << 20;
    private const long FreeEveryBytes = 1 << 20;
    private const long MostKeptBytes = 64L << 20;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly List<byte> _line = [];
    private long _read;
    private long _freed;

    /// <summary>Goes on after what is in the journal.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public OutputTail(string path, long offset)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        // A file that is shorter than what was read of it is another one.
        _read = offset <= RandomAccess.GetLength(_file) ? offset : 0;
    }

    /// <summary>There may be more to be read at once.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Where the last line that was given out ended.</summary>
    public long Offset => _read - _line.Count;

    /// <summary>
    /// The lines that were written since the last call, each with the offset behind it. What is not ended yet waits,
    /// unless it is very long, or <paramref name="isOver"/>: nobody will end it. <paramref name="room"/> is used
    /// meanwhile.
    /// </summary>
    public List<OutputLine> Read(byte[] room, bool isOver)
    {
        List<OutputLine> lines = [];
        int total = 0;
        HasMore = false;
        while (true)
        {
            int length = RandomAccess.Read(_file, room, _read);
            for (int i = 0; i < length; i++)
            {
                _read++;
                if (room[i] == (byte)'\n')
                    Take(lines, _read);
                else
                    _line.Add(room[i]);
                if (_line.Count >= MostLineBytes)
                    Take(lines, _read);
            }

            total += length;
            if (length < room.Length)
                break;
            if (total >= MostBytesATime)
            {
                HasMore = true;
                return lines;
            }
        }

        if (isOver && _line.Count > 0)
            Take(lines, _read);
        return lines;
    }

    /// <summary>Gives back what is in the journal up to <see cref="Offset"/>.</summary>
    public void Free(bool isOver)
    {
        if (isOver && Offset == RandomAccess.GetLength(_file) && Offset > 0)
        {
            RandomAccess.SetLength(_file, 0);
            _read = 0;
            _freed = 0;
            return;
        }

        if (Offset - _freed < FreeEveryBytes)
            return;
        if (Descriptors.FreeBeginning(_file, Offset))
        {
            _freed = Offset;
            return;
        }

        // A file system that cannot free a part: all of it, in a moment when nothing is unread. What is written in
        // between would be lost, so this is done rarely.
        if (Offset < MostKeptBytes || Offset != RandomAccess.GetLength(_file))
            return;
        RandomAccess.SetLength(_file, 0);
        _read = 0;
        _freed = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The path, for whoever opens it for writing.</summary>
    public string Path => _path;

    private void Take(List<OutputLine> lines, long offset)
    {
        if (_line.Count > 0 && _line[^1] == (byte)'\r')
            _line.RemoveAt(_line.Count - 1);
        lines.Add(new OutputLine(Encoding.UTF8.GetString([.. _line]), offset));
        _line.Clear();
    }
}
