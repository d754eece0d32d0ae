using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using CoreNode.Platform;
using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// Reads one unit's journal on a thread of its own. Safety: the thread alone uses the journal, from opening to closing;
/// data points into the journal's window and is copied before the next call.
/// </summary>
internal sealed unsafe class JournalReader : IDisposable
{
    private const int LocalOnly = 1;
    private const int InformationPriority = 6;
    private const int MostEntriesWaiting = 256;

    private readonly JournalQuery _query;
    private readonly string? _folder;
    private readonly WakeEvent _wake = new();
    private readonly ThreadParker _room = new();
    private readonly Channel<JournalEntry> _entries = Channel.CreateBounded<JournalEntry>(
        new BoundedChannelOptions(MostEntriesWaiting) { SingleReader = true, SingleWriter = true });

    private volatile bool _isStopping;

    public JournalReader(JournalQuery query, string? folder)
    {
        _query = query;
        _folder = folder;
    }

    public ChannelReader<JournalEntry> Entries => _entries.Reader;

    /// <summary>Begins; <paramref name="onEnd"/> is called on the thread at its end.</summary>
    public void Start(Action onEnd)
    {
        Thread thread = new(() => Run(onEnd)) { IsBackground = true, Name = "journal" };
        thread.Start();
    }

    /// <summary>The consumer took one: there is room.</summary>
    public void Taken() => _room.Unpark();

    /// <summary>Ends it soon; any thread, any number of times.</summary>
    public void Stop()
    {
        _isStopping = true;
        _wake.Set();
        _room.Unpark();
    }

    /// <summary>Ends it; the thread gives back what it holds.</summary>
    public void Dispose() => Stop();

    private void Run(Action onEnd)
    {
        Exception? failure = null;
        nint journal = 0;
        try
        {
            journal = Open();
            Position(journal);
            Drain(journal);
            while (_query.IsFollowing && !_isStopping)
            {
                Await(journal);
                if (LibSystemd.JournalProcess(journal) < 0)
                    throw new UnitManagerException($"the journal of {_query.Unit} cannot be followed any more");
                Drain(journal);
            }
        }
        catch (DllNotFoundException missing)
        {
            failure = new UnitManagerException("libsystemd.so.0 is not installed: the journal cannot be read", missing);
        }
        catch (Exception any)
        {
            // The thread's top: whoever reads the entries is told.
            failure = any as UnitManagerException
                ?? new UnitManagerException($"the journal of {_query.Unit} cannot be read: {any.Message}", any);
        }
        finally
        {
            if (journal != 0)
                LibSystemd.JournalClose(journal);
            _entries.Writer.TryComplete(failure);
            _wake.Dispose();
            onEnd();
        }
    }

    private nint Open()
    {
        int result = _folder is null
            ? LibSystemd.JournalOpen(out nint journal, LocalOnly)
            : LibSystemd.JournalOpenDirectory(out journal, _folder, 0);
        if (result < 0)
            throw Failure("cannot be opened", result);
        try
        {
            // What its processes wrote, or what PID 1 wrote about it. Equal fields add up to "or", others to "and".
            Match(journal, $"_SYSTEMD_UNIT={_query.Unit}");
            Check(LibSystemd.JournalAddDisjunction(journal));
            Match(journal, "_PID=1");
            Match(journal, $"UNIT={_query.Unit}");
            return journal;
        }
        catch
        {
            LibSystemd.JournalClose(journal);
            throw;
        }
    }

    private void Position(nint journal)
    {
        // Without it the library would not know at the first wait what is new.
        Check(LibSystemd.JournalGetFd(journal));
        if (_query.Lines <= 0)
        {
            Check(LibSystemd.JournalSeekHead(journal));
            return;
        }

        Check(LibSystemd.JournalSeekTail(journal));
        int found = LibSystemd.JournalPreviousSkip(journal, (ulong)_query.Lines);
        Check(found);
        if (found > 0)
            Give(journal);
        else
            Check(LibSystemd.JournalSeekHead(journal));
    }

    private void Drain(nint journal)
    {
        while (!_isStopping)
        {
            int result = LibSystemd.JournalNext(journal);
            Check(result);
            if (result == 0)
                return;
            Give(journal);
        }
    }

    private void Await(nint journal)
    {
        int milliseconds = -1;
        if (LibSystemd.JournalGetTimeout(journal, out ulong until) > 0)
            milliseconds = KernelCalls.MillisecondsUntil(until);
        _wake.Wait(LibSystemd.JournalGetFd(journal), LibSystemd.JournalGetEvents(journal), milliseconds);
    }

    private void Give(nint journal)
    {
        JournalEntry entry = Read(journal);
        while (!_isStopping && !_entries.Writer.TryWrite(entry))
            _room.Park();
    }

    private static JournalEntry Read(nint journal)
    {
        DateTimeOffset time = LibSystemd.JournalGetRealtime(journal, out ulong microseconds) >= 0
            ? DateTimeOffset.UnixEpoch.AddTicks((long)microseconds * TimeSpan.TicksPerMicrosecond)
            : DateTimeOffset.UnixEpoch;
        string identifier = Field(journal, "SYSLOG_IDENTIFIER"u8);
        if (identifier.Length == 0)
            identifier = Field(journal, "_COMM"u8);
        string pid = Field(journal, "_PID"u8);
        if (pid.Length == 0)
            pid = Field(journal, "SYSLOG_PID"u8);
        return new JournalEntry(
            time, Field(journal, "MESSAGE"u8), Number(Field(journal, "PRIORITY"u8), InformationPriority), identifier,
            Number(pid, 0));
    }

    private static int Number(string text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    private static string Field(nint journal, ReadOnlySpan<byte> name)
    {
        fixed (byte* field = name)
        {
            if (LibSystemd.JournalGetData(journal, field, out byte* data, out nuint length) < 0)
                return "";
            int skipped = name.Length + 1;
            return (int)length <= skipped ? "" : Encoding.UTF8.GetString(data + skipped, (int)length - skipped);
        }
    }

    private void Match(nint journal, string match)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(match);
        fixed (byte* pinned = bytes)
            Check(LibSystemd.JournalAddMatch(journal, pinned, (nuint)bytes.Length));
    }

    private void Check(int result)
    {
        if (result < 0)
            throw Failure("cannot be read", result);
    }

    private UnitManagerException Failure(string what, int result) => new(
        $"the journal of {_query.Unit} {what}: "
        + Marshal.GetPInvokeErrorMessage(-result));
}
