using Microsoft.Win32.SafeHandles;

namespace CoreNode.Runner.Logs;

/// <summary>
/// Writes one unit's journal: files of bounded size, of which the oldest is removed. What a file ends with that is no
/// whole record (a write that a power cut tore) stays, and a new file is begun. Owned by the runner's thread.
/// </summary>
internal sealed class UnitJournal : IDisposable
{
    private const int FileCount = 4;

    private readonly JournalFiles _files;
    private readonly JournalSignals _signals;
    private readonly long _fileBytes;
    private readonly string _unit;
    private SafeFileHandle? _file;
    private long _number;
    private long _length;

    /// <summary>Goes on where the files end.</summary>
    public UnitJournal(string unit, string folder, long mostBytes, JournalSignals signals)
    {
        _unit = unit;
        _files = new JournalFiles(folder);
        _fileBytes = Math.Max(4096, mostBytes / FileCount);
        _signals = signals;
    }

    /// <summary>Up to where the unit's output file is in the journal.</summary>
    public long OutputOffset { get; private set; }

    /// <summary>Finds the end, and up to where output is in it.</summary>
    /// <exception cref="IOException">The files cannot be read.</exception>
    public void Open()
    {
        Directory.CreateDirectory(_files.Folder);
        IReadOnlyList<long> numbers = _files.Numbers();
        for (int i = numbers.Count - 1; i >= 0; i--)
        {
            JournalReader reader = new(_files.PathOf(numbers[i]));
            JournalRecord? last = null;
            while (reader.Next() is { } record)
                last = record;
            if (i == numbers.Count - 1)
            {
                _number = numbers[i];
                _length = reader.IsAtEnd ? reader.Position : long.MaxValue;
            }

            reader.Dispose();
            if (last is null)
                continue;
            OutputOffset = last.OutputOffset;
            return;
        }
    }

    /// <summary>Writes records; they are kept when this process dies, not when the machine does.</summary>
    public void Append(IReadOnlyList<JournalRecord> records)
    {
        if (records.Count == 0)
            return;
        using MemoryStream bytes = new();
        foreach (JournalRecord record in records)
            record.Write(bytes);
        if (_number == 0 || _length + bytes.Length > _fileBytes)
            BeginFile();
        _file ??= File.OpenHandle(_files.PathOf(_number), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(_file, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), _length);
        _length += bytes.Length;
        OutputOffset = records[^1].OutputOffset;
        _signals.Tell(_unit);
    }

    /// <summary>Gives the descriptor back until the next write.</summary>
    public void Rest()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Rest();

    private void BeginFile()
    {
        Rest();
        _number++;
        IReadOnlyList<long> numbers = _files.Numbers();
        for (int i = 0; i + FileCount - 1 < numbers.Count; i++)
            File.Delete(_files.PathOf(numbers[i]));
        Directory.CreateDirectory(_files.Folder);
        _file = File.OpenHandle(_files.PathOf(_number), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(_file, JournalFiles.Header(), 0);
        _length = JournalFiles.HeaderBytes;
    }
}
