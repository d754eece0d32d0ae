using System.Runtime.CompilerServices;
using CoreNode.Units.Manager;

namespace CoreNode.Runner.Logs;

/// <summary>The embedded runner's <see cref="IJournal"/>: reads the files that it writes.</summary>
internal sealed class RunnerJournal(string folder, JournalSignals signals) : IJournal
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalEntry> ReadAsync(
        JournalQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        JournalFiles files = new(Path.Combine(folder, query.Unit));
        Task written = signals.NextAsync(query.Unit);
        long number = 0;
        JournalReader? reader = null;
        try
        {
            foreach (JournalEntry entry in Present(files, query.Lines, ref number, ref reader))
                yield return entry;
            while (query.IsFollowing)
            {
                await written.WaitAsync(cancellation);
                // Asked for before what is there is read: what is written meanwhile wakes again.
                written = signals.NextAsync(query.Unit);
                foreach (JournalEntry entry in Further(files, ref number, ref reader))
                    yield return entry;
            }
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private static List<JournalEntry> Present(
        JournalFiles files, int lines, ref long number, ref JournalReader? reader)
    {
        Queue<JournalEntry> last = new();
        foreach (JournalEntry entry in Further(files, ref number, ref reader))
        {
            last.Enqueue(entry);
            if (lines > 0 && last.Count > lines)
                last.Dequeue();
        }

        return [.. last];
    }

    // All that is there after what the reader has read, over as many files as it takes.
    private static List<JournalEntry> Further(JournalFiles files, ref long number, ref JournalReader? reader)
    {
        List<JournalEntry> found = [];
        try
        {
            while (true)
            {
                while (reader?.Next() is { } record)
                    found.Add(Entry(record));
                long next = 0;
                foreach (long one in files.Numbers())
                {
                    if (one > number && next == 0)
                        next = one;
                }

                if (next == 0)
                    return found;
                // The file before may have grown until the next one was begun.
                while (reader?.Next() is { } record)
                    found.Add(Entry(record));
                reader?.Dispose();
                reader = null;
                number = next;
                reader = new JournalReader(files.PathOf(next));
            }
        }
        catch (FileNotFoundException)
        {
            // It was removed to make room; there are newer ones, found at the next write.
            return found;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UnitManagerException($"the journal in {files.Folder} cannot be read: {fault.Message}", fault);
        }
    }

    private static JournalEntry Entry(JournalRecord record) => new(
        DateTimeOffset.UnixEpoch.AddMicroseconds(record.TimeUs), record.Message, record.Priority, record.Identifier,
        record.Pid);
}
