using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Units.Agent;

/// <summary>
/// Small files in the data folder with what must outlive this process, one for each unit (docs/formats.md). They are
/// not synced: they hold until the machine restarts only. One thread at a time.
/// </summary>
internal sealed class AgentNotes(IFiles files, string folder, string bootId)
{
    private const string Version = "agent-note-1";
    private const string LeaseName = "_lease";
    private const string PartName = "_part";
    private const int LongestBytes = 4096;

    /// <summary>
    /// All notes of units by name; those from before the machine restarted say nothing but that they are.
    /// </summary>
    public IReadOnlyDictionary<string, UnitNote> Read()
    {
        files.CreateFolder(folder);
        SortedDictionary<string, UnitNote> notes = new(StringComparer.Ordinal);
        foreach (string name in files.List(folder))
        {
            if (!name.StartsWith('_'))
                notes[name] = ParseNote(ReadFields(name)) ?? UnitNote.None;
        }

        return notes;
    }

    /// <summary>The lease as it was when the guard was armed last; none if the machine restarted since.</summary>
    public LeaseFacts ReadLease()
    {
        string[]? fields = ReadFields(LeaseName);
        if (fields is not { Length: 3 } || !TryNumber(fields[0], out long until)
            || !TryNumber(fields[1], out long duration) || !ulong.TryParse(fields[2], out ulong floor))
        {
            return LeaseFacts.None;
        }

        return new LeaseFacts
        {
            Until = new(until),
            Duration = new(duration),
            Floor = new StoreIndex(floor),
            Lapses = 1,
        };
    }

    /// <summary>Keeps a unit's note; nothing is left of <see cref="UnitNote.None"/>.</summary>
    public void Keep(string unit, UnitNote note)
    {
        if (note == UnitNote.None)
        {
            files.Delete(Path.Combine(folder, unit));
            return;
        }

        Write(unit, string.Create(
            CultureInfo.InvariantCulture,
            $"{note.Claim} {(note.IsStarted ? 1 : 0)} {(note.IsStopping ? 1 : 0)} {note.RestartsDone} "
            + $"{note.RestartPending} {note.PidBefore} {note.SinceBefore}"));
    }

    /// <summary>
    /// Keeps the lease that a guard was armed with; one whose floor is not known is not worth keeping.
    /// </summary>
    public void Keep(LeaseFacts lease)
    {
        if (lease.Floor is { } floor)
        {
            Write(LeaseName, string.Create(
                CultureInfo.InvariantCulture, $"{lease.Until.Ticks} {lease.Duration.Ticks} {floor.Value}"));
        }
    }

    /// <summary>Nothing is left of the lease: the machine gives it back.</summary>
    public void ForgetLease() => files.Delete(Path.Combine(folder, LeaseName));

    private void Write(string name, string fields)
    {
        string part = Path.Combine(folder, PartName);
        using (IFile file = files.Open(part, create: true))
        {
            byte[] line = Encoding.UTF8.GetBytes($"{Version} {bootId} {fields}\n");
            file.SetLength(0);
            file.Write(0, line);
        }

        files.Rename(part, Path.Combine(folder, name));
    }

    private string[]? ReadFields(string name)
    {
        string path = Path.Combine(folder, name);
        if (!files.Exists(path))
            return null;
        using IFile file = files.Open(path, create: false);
        byte[] bytes = new byte[Math.Min(file.Length, LongestBytes)];
        int length = file.Read(0, bytes);
        string text = Encoding.UTF8.GetString(bytes, 0, length);
        // What is cut short, from another version or another life of the machine is as if it had not been written.
        string[] words = text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return text.EndsWith('\n') && words is [Version, var boot, .. var fields] && boot == bootId ? fields : null;
    }

    private static UnitNote? ParseNote(string[]? fields)
    {
        if (fields is not { Length: 7 } || !ulong.TryParse(fields[0], out ulong claim)
            || !ulong.TryParse(fields[3], out ulong done) || !ulong.TryParse(fields[4], out ulong pending)
            || !TryNumber(fields[5], out long pid) || !TryNumber(fields[6], out long since))
        {
            return null;
        }

        return new UnitNote
        {
            IsKnown = true,
            Claim = claim,
            IsStarted = fields[1] == "1",
            IsStopping = fields[2] == "1",
            RestartsDone = done,
            RestartPending = pending,
            PidBefore = (int)pid,
            SinceBefore = since,
        };
    }

    private static bool TryNumber(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
