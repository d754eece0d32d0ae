using System.Globalization;
using System.Security.Cryptography;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Keeping;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;

namespace CoreNode.Runner.Live;

/// <summary>Does what machines want done, and tells them what came of it. Owned by the runner's thread.</summary>
internal sealed class UnitDriver(
    LoopSources sources, ControlGroups groups, UnitStore store, UnitOutput output, ProcessStarter starter,
    Func<TimeSpan> clock)
{
    private const int KillSignal = 9;
    private const int ContinueSignal = 18;
    private static readonly TimeSpan s_launcherPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pidFileInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Told after a process or a message made a unit's machine move.</summary>
    public Action<LiveUnit> Moved { get; set; } = static _ => { };

    /// <summary>Does all that a unit's machine wants, until it wants nothing more.</summary>
    public void Settle(LiveUnit unit)
    {
        while (unit.Machine.TakeActions() is { Count: > 0 } actions)
        {
            foreach (UnitAction action in actions)
                Do(unit, action);
        }
    }

    /// <summary>Kills every process of a unit, whatever its settings say.</summary>
    public void KillAll(LiveUnit unit)
    {
        // One that has not entered its group yet is known by its handle only.
        _ = unit.Main?.Handle.Signal(KillSignal);
        _ = unit.Control?.Handle.Signal(KillSignal);
        groups.Kill(unit.Name, unit.KnownPids());
        unit.Machine.Kill(clock());
        Settle(unit);
        Moved(unit);
    }

    /// <summary>Watches a process that an earlier process of this program had started.</summary>
    public TrackedProcess? Adopt(LiveUnit unit, int pid, long startTicks, bool isMain)
    {
        if (ProcessTable.Find(pid) is not { IsZombie: false } entry
            || (startTicks != 0 && entry.StartTicks != startTicks)
            || ProcessHandle.Open(pid) is not { } handle)
        {
            return null;
        }

        return Track(unit, handle, entry.StartTicks, isMain);
    }

    /// <summary>
    /// Ends a launcher that an earlier process of this program never gave its go-ahead: it waits for none, or is about
    /// to end by itself.
    /// </summary>
    public static void EndLauncher(int pid, long startTicks)
    {
        if (ProcessTable.Find(pid)?.StartTicks != startTicks || ProcessHandle.Open(pid) is not { } handle)
            return;
        using (handle)
        {
            _ = handle.Signal(KillSignal);
            using EventPoll poll = new();
            poll.Watch(handle.Handle, 0);
            poll.Wait(s_launcherPatience, []);
            _ = handle.TryWait();
        }
    }

    /// <summary>Looks for the PID file again if it is time.</summary>
    public void CheckPidFile(LiveUnit unit, TimeSpan now)
    {
        if (unit.NextPidFileCheck is not { } due || now < due)
            return;
        unit.NextPidFileCheck = null;
        if (!unit.Machine.State.IsWaitingForPidFile)
            return;
        FindMain(unit, byFile: true);
        Settle(unit);
        Moved(unit);
    }

    /// <summary>Opens the socket for a unit's notifications, under the name of its invocation.</summary>
    public void OpenNotify(LiveUnit unit)
    {
        if (unit.Machine.Settings.NotifyAccess == NotifyAccess.None || unit.Notify is not null)
            return;
        try
        {
            unit.Notify = new NotifyReceiver($"corenode/notify/{unit.InvocationId}");
            unit.NotifyKey = sources.Watch(unit.Notify.Handle, () => Notified(unit));
        }
        catch (IOException fault)
        {
            output.Say(unit, 3, fault.Message);
        }
    }

    /// <summary>Watches all processes of a unit that are there, and tells its machine if there is none.</summary>
    public void WatchGroup(LiveUnit unit)
    {
        unit.IsWatchingGroup = true;
        foreach (int pid in groups.Processes(unit.Name, unit.KnownPids()))
        {
            if (pid == unit.Main?.Pid || pid == unit.Control?.Pid || unit.Others.ContainsKey(pid))
                continue;
            if (ProcessHandle.Open(pid) is not { } handle)
                continue;
            TrackedProcess other = new(handle, 0);
            unit.Others[pid] = other;
            other.Key = sources.Watch(handle.Handle, () => OtherEnded(unit, other));
        }

        if (unit.Others.Count > 0 || unit.Main is not null || unit.Control is not null)
            return;
        unit.IsWatchingGroup = false;
        unit.Machine.GroupEmpty(clock());
    }

    /// <summary>Closes all that is open for a unit; its processes stay.</summary>
    public void LetGo(LiveUnit unit)
    {
        Untrack(unit.Main);
        Untrack(unit.Control);
        foreach (TrackedProcess other in unit.Others.Values)
            Untrack(other);
        unit.Main = null;
        unit.Control = null;
        unit.Others.Clear();
        CloseNotify(unit);
    }

    private void Do(LiveUnit unit, UnitAction action)
    {
        switch (action)
        {
            case UnitAction.Say say:
                output.Say(unit, say.Priority, say.Text);
                break;
            case UnitAction.Begin:
                Begin(unit);
                break;
            case UnitAction.Spawn spawn:
                Spawn(unit, spawn);
                break;
            case UnitAction.Signal signal:
                TrackedProcess? one = signal.Pid == unit.Main?.Pid ? unit.Main
                    : signal.Pid == unit.Control?.Pid ? unit.Control : null;
                _ = one?.Handle.Signal(signal.Number);
                break;
            case UnitAction.SignalAll all:
                SignalAll(unit, all);
                break;
            case UnitAction.WatchGroup:
                WatchGroup(unit);
                break;
            case UnitAction.FindMain find:
                FindMain(unit, find.ByFile);
                break;
            case UnitAction.Release:
                Release(unit);
                break;
            default:
                throw new InvalidOperationException($"no such action: {action}");
        }
    }

    private void Begin(LiveUnit unit)
    {
        unit.InvocationId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        // What an earlier run left behind (KillMode=process, none) must not be taken for this one's.
        int left = groups.Processes(unit.Name, []).Count;
        if (left > 0)
        {
            output.Say(unit, 4, string.Create(
                CultureInfo.InvariantCulture, $"{left} processes of an earlier run are still there. Killing them."));
            groups.Kill(unit.Name, unit.KnownPids());
        }

        foreach (string note in unit.Notes)
            output.Say(unit, 5, note);
        unit.Notes = [];
        try
        {
            foreach (string note in groups.Prepare(unit.Name, unit.Machine.Settings.Exec))
                output.Say(unit, 4, note);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            output.Say(unit, 3, $"its control group cannot be made: {fault.Message}");
        }

        unit.MemoryKills = groups.MemoryKills(unit.Name);
        output.Open(unit);
        OpenNotify(unit);
    }

    private void Spawn(LiveUnit unit, UnitAction.Spawn spawn)
    {
        try
        {
            StartedProcess started = starter.Start(unit, spawn);
            TrackedProcess process = Track(unit, started.Handle, started.StartTicks, spawn.IsMain);
            process.Go = started.Go;
            process.Status = started.Status;
            process.StatusKey = sources.Watch(started.Status, () => LauncherSaid(unit, process, spawn.IsMain));
            unit.Machine.Spawned(clock(), spawn.IsMain, started.Handle.Pid);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            output.Say(unit, 3, $"{spawn.Command.Path} cannot be started: {fault.Message}");
            unit.Machine.SpawnFailed(clock(), spawn.IsMain);
        }
    }

    private TrackedProcess Track(LiveUnit unit, ProcessHandle handle, long startTicks, bool isMain)
    {
        if (unit.Others.Remove(handle.Pid, out TrackedProcess? other))
            Untrack(other);
        TrackedProcess process = new(handle, startTicks);
        process.Key = sources.Watch(handle.Handle, () => Ended(unit, process));
        if (isMain)
        {
            Untrack(unit.Main);
            unit.Main = process;
            unit.LastPid = process.Pid;
        }
        else
        {
            Untrack(unit.Control);
            unit.Control = process;
        }

        return process;
    }

    private void Untrack(TrackedProcess? process)
    {
        if (process is null)
            return;
        sources.Forget(process.Handle.Handle, process.Key);
        CloseStatus(process);
        process.Go?.Dispose();
        process.Go = null;
        process.Handle.Dispose();
    }

    private void CloseStatus(TrackedProcess process)
    {
        if (process.Status is null)
            return;
        sources.Forget(process.Status, process.StatusKey);
        process.Status.Dispose();
        process.Status = null;
    }

    // J: it is in its group, and its pid has been written down by the end of the step that started it. F: it could not
    // execute. The end: it has executed, or is gone.
    private void LauncherSaid(LiveUnit unit, TrackedProcess process, bool isMain)
    {
        Span<byte> room = stackalloc byte[8];
        int length = Descriptors.ReadSome(process.Status!, room, out bool isEnd);
        foreach (byte said in room[..length])
        {
            process.HasFailed |= said == 'F';
            if (said == 'J' && process.Go is not null)
            {
                Descriptors.WriteByte(process.Go);
                process.Go.Dispose();
                process.Go = null;
            }
        }

        if (!isEnd)
            return;
        CloseStatus(process);
        if (process.Handle.TryWait() is { } end)
            Ended(unit, process, end);
        else if (!process.HasFailed && isMain)
        {
            unit.Machine.Executed(clock(), process.Pid);
            Settle(unit);
            Moved(unit);
        }
    }

    private void Ended(LiveUnit unit, TrackedProcess process)
    {
        if (process.Handle.TryWait() is { } end)
            Ended(unit, process, end);
    }

    private void Ended(LiveUnit unit, TrackedProcess process, ProcessEnd end)
    {
        if (process == unit.Main)
            unit.Main = null;
        if (process == unit.Control)
            unit.Control = null;
        Untrack(process);
        // Its last lines come before what is said about its end.
        output.Pump(unit, isOver: false);
        bool isKilled = end is { Kind: ProcessEndKind.Killed, Status: KillSignal };
        if (isKilled && groups.MemoryKills(unit.Name) > unit.MemoryKills)
            unit.Machine.OutOfMemory(clock());
        unit.Machine.Exited(clock(), process.Pid, end);
        Settle(unit);
        Recheck(unit);
        Moved(unit);
    }

    private void OtherEnded(LiveUnit unit, TrackedProcess process)
    {
        if (process.Handle.TryWait() is null)
            return;
        unit.Others.Remove(process.Pid);
        Untrack(process);
        Recheck(unit);
        Moved(unit);
    }

    private void Recheck(LiveUnit unit)
    {
        if (!unit.IsWatchingGroup || unit.Others.Count > 0)
            return;
        WatchGroup(unit);
        Settle(unit);
    }

    private void SignalAll(LiveUnit unit, UnitAction.SignalAll all)
    {
        if (all.Number == KillSignal)
        {
            groups.Kill(unit.Name, unit.KnownPids());
        }
        else
        {
            foreach (int pid in groups.Processes(unit.Name, unit.KnownPids()))
            {
                if (pid == all.ExceptMain || pid == all.ExceptControl)
                    continue;
                ChildProcesses.Signal(pid, all.Number);
                ChildProcesses.Signal(pid, ContinueSignal);
            }
        }

        WatchGroup(unit);
    }

    private void FindMain(LiveUnit unit, bool byFile)
    {
        int pid = byFile ? PidOfFile(unit) : Guess(unit);
        if (pid != 0 && unit.Main?.Pid != pid && Adopt(unit, pid, 0, isMain: true) is null)
            pid = 0;
        unit.Machine.MainFound(clock(), pid);
        if (unit.Machine.State.IsWaitingForPidFile)
            unit.NextPidFileCheck = clock() + s_pidFileInterval;
    }

    private int PidOfFile(LiveUnit unit)
    {
        try
        {
            string text = File.ReadAllText(unit.Machine.Settings.PidFile).Trim();
            bool isMember = int.TryParse(text, CultureInfo.InvariantCulture, out int pid) && pid > 1
                && groups.Processes(unit.Name, unit.KnownPids()).Contains(pid);
            return isMember ? pid : 0;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // The one process that no other of the unit is the parent of; several: it cannot be told.
    private int Guess(LiveUnit unit)
    {
        IReadOnlyList<int> all = groups.Processes(unit.Name, unit.KnownPids());
        int found = 0;
        foreach (int pid in all)
        {
            if (ProcessTable.Find(pid) is not { IsZombie: false } entry || all.Contains(entry.Parent))
                continue;
            if (found != 0)
                return 0;
            found = pid;
        }

        return found;
    }

    private void Notified(LiveUnit unit)
    {
        while (unit.Notify?.TryReceive(out int pid) is { } text)
        {
            if (!MayNotify(unit, pid))
                continue;
            NotifyMessage message = NotifyMessage.Parse(text);
            bool isMainValid = message.MainPid is { } main && main != unit.Main?.Pid
                && groups.Processes(unit.Name, unit.KnownPids()).Contains(main)
                && Adopt(unit, main, 0, isMain: true) is not null;
            unit.Machine.Notified(clock(), message, isMainValid);
            Settle(unit);
        }

        Moved(unit);
    }

    private static bool MayNotify(LiveUnit unit, int pid) => unit.Machine.Settings.NotifyAccess switch
    {
        NotifyAccess.None => false,
        NotifyAccess.Main => pid == unit.Main?.Pid,
        NotifyAccess.Exec => pid == unit.Main?.Pid || pid == unit.Control?.Pid,
        // Its name is told to its own processes only, and one that has ended already cannot be looked up.
        _ => true,
    };

    private void Release(LiveUnit unit)
    {
        CloseNotify(unit);
        foreach (OwnFolder folder in unit.Machine.Settings.Exec.Folders)
        {
            if (!folder.IsRemoved || !Directory.Exists(folder.Path))
                continue;
            try
            {
                Directory.Delete(folder.Path, recursive: true);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                output.Say(unit, 4, $"{folder.Path} cannot be removed: {fault.Message}");
            }
        }

        unit.IsWatchingGroup = false;
        // What was left running (KillMode=process, none) goes on writing to the journal.
        bool isOver = groups.Processes(unit.Name, unit.KnownPids()).Count == 0;
        output.Pump(unit, isOver);
        if (!isOver)
            return;
        output.Close(unit);
        groups.Remove(unit.Name);
        File.Delete(store.WentFileOf(unit.Name, isMain: true));
        File.Delete(store.WentFileOf(unit.Name, isMain: false));
    }

    private void CloseNotify(LiveUnit unit)
    {
        if (unit.Notify is null)
            return;
        sources.Forget(unit.Notify.Handle, unit.NotifyKey);
        unit.Notify.Dispose();
        unit.Notify = null;
    }
}
