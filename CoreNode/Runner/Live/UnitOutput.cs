using CoreNode.Platform.Processes;
using CoreNode.Runner.Keeping;
using CoreNode.Runner.Logs;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Live;

/// <summary>
/// Brings what units write into their journals, and what the runner says about them. Owned by the runner's thread.
/// </summary>
internal sealed class UnitOutput : IDisposable
{
    private const string OwnIdentifier = "corenode";
    private const int Information = 6;

    private readonly UnitStore _store;
    private readonly TimeProvider _time;
    private readonly FileWatch _watch = new();
    private readonly Dictionary<int, LiveUnit> _watched = [];
    private readonly HashSet<int> _written = [];
    private readonly HashSet<LiveUnit> _unread = [];
    private readonly byte[] _room = new byte[64 << 10];

    /// <summary>Watches nothing yet.</summary>
    public UnitOutput(UnitStore store, TimeProvider time, LoopSources sources)
    {
        _store = store;
        _time = time;
        sources.Watch(_watch.Handle, ReadWatch);
    }

    /// <summary>More is there to be read than one step took.</summary>
    public bool HasMore => _unread.Count > 0;

    /// <summary>Says something about a unit in its journal.</summary>
    public void Say(LiveUnit unit, int priority, string text)
    {
        // What the unit wrote before stands before it.
        Pump(unit, isOver: false);
        Append(unit, [Record(text, priority, OwnIdentifier, Environment.ProcessId, OffsetOf(unit))]);
    }

    /// <summary>Follows a unit's output from now on.</summary>
    public void Open(LiveUnit unit)
    {
        if (unit.Tail is not null)
            return;
        string path = _store.OutputOf(unit.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Descriptors.OpenForAppending(path).Dispose();
        unit.Tail = new OutputTail(path, unit.Journal.OutputOffset);
        unit.WatchId = _watch.Add(path);
        _watched[unit.WatchId] = unit;
        Pump(unit, isOver: false);
    }

    /// <summary>Follows it no longer; nobody writes there any more.</summary>
    public void Close(LiveUnit unit)
    {
        if (unit.Tail is null)
            return;
        _watch.Remove(unit.WatchId);
        _watched.Remove(unit.WatchId);
        _unread.Remove(unit);
        unit.Tail.Dispose();
        unit.Tail = null;
        unit.Journal.Rest();
    }

    /// <summary>
    /// Brings what is there into the journal; with <paramref name="isOver"/> also a last line that is not ended.
    /// </summary>
    public void Pump(LiveUnit unit, bool isOver)
    {
        if (unit.Tail is not { } tail)
            return;
        do
        {
            List<OutputLine> lines = tail.Read(_room, isOver);
            List<JournalRecord> records = [];
            foreach (OutputLine line in lines)
                records.Add(Record(unit, line));
            Append(unit, records);
            tail.Free(isOver);
        }
        while (isOver && tail.HasMore);
        if (tail.HasMore)
            _unread.Add(unit);
        else
            _unread.Remove(unit);
    }

    /// <summary>Reads on where one step did not take all.</summary>
    public void PumpUnread()
    {
        foreach (LiveUnit unit in (LiveUnit[])[.. _unread])
            Pump(unit, isOver: false);
    }

    /// <inheritdoc/>
    public void Dispose() => _watch.Dispose();

    private void ReadWatch()
    {
        _written.Clear();
        bool isComplete = _watch.Read(_written);
        foreach ((int id, LiveUnit unit) in (KeyValuePair<int, LiveUnit>[])[.. _watched])
        {
            if (!isComplete || _written.Contains(id))
                Pump(unit, isOver: false);
        }
    }

    private JournalRecord Record(LiveUnit unit, OutputLine line)
    {
        ExecSettings exec = unit.Machine.Settings.Exec;
        (string text, int priority) =
            exec.HasLevelPrefixes ? LevelPrefix.Divide(line.Text) : (line.Text, Information);
        return Record(text, priority, Identifier(unit), unit.LastPid, line.Offset);
    }

    private JournalRecord Record(string text, int priority, string identifier, int pid, long offset)
    {
        long now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return new JournalRecord(now, offset, pid, priority, identifier, text);
    }

    private static void Append(LiveUnit unit, List<JournalRecord> records)
    {
        try
        {
            unit.Journal.Append(records);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A full disk loses lines of the journal, never units: what is not in it stays in the output file.
            unit.Journal.Rest();
        }
    }

    private static long OffsetOf(LiveUnit unit) => unit.Tail?.Offset ?? unit.Journal.OutputOffset;

    private static string Identifier(LiveUnit unit)
    {
        UnitSettings settings = unit.Machine.Settings;
        if (settings.Exec.Identifier.Length > 0)
            return settings.Exec.Identifier;
        IReadOnlyList<ExecCommand> commands = settings.Of(ExecStage.Start);
        return commands.Count > 0 ? Path.GetFileName(commands[0].Path) : unit.Name;
    }
}
