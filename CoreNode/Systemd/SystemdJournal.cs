using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// Units' output and systemd's own lines about them, from the journal. Each read has a thread of its own while it
/// lasts, because the library reads files and waits.
/// </summary>
public sealed class SystemdJournal(SystemdOptions options) : IJournal
{
    /// <summary>Most reads at a time.</summary>
    public const int MostReads = 64;

    private int _reads;

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalEntry> ReadAsync(
        JournalQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _reads) > MostReads)
        {
            Interlocked.Decrement(ref _reads);
            throw new UnitManagerException(
                $"{query.Unit}: {MostReads} journals are being read on this machine already: end some of them");
        }

        JournalReader reader;
        try
        {
            reader = new JournalReader(query, options.JournalFolder);
        }
        catch
        {
            Interlocked.Decrement(ref _reads);
            throw;
        }

        // Ends by the thread itself, which may still read when the consumer has gone.
        reader.Start(() => Interlocked.Decrement(ref _reads));
        using CancellationTokenRegistration stop = cancellation.Register(reader.Stop);
        try
        {
            ChannelReader<JournalEntry> entries = reader.Entries;
            while (await entries.WaitToReadAsync(cancellation))
            {
                while (entries.TryRead(out JournalEntry? entry))
                {
                    reader.Taken();
                    yield return entry;
                }
            }
        }
        finally
        {
            reader.Stop();
        }
    }
}
