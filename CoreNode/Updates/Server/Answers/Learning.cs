using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Answers;

/// <summary>
/// Machines become known by asking, so whoever asks can make them up. Their number is bounded by application and by
/// address; at a bound the oldest of those that asked once only and got nothing give way, then those that were silent
/// for a day. If there are none the new one is refused: those that are known keep their place. Owned by the ledger.
/// </summary>
internal sealed class Learning(ServerBooks books, UpdateServerOptions options, ServerCounters counters)
{
    private const int MostLooked = 256;
    private const long IdleSeconds = 24 * 60 * 60;
    private const long ScanSeconds = 30;

    private readonly Queue<Instance> _idle = new();
    private long _nextScan;

    /// <summary>Makes a machine known; null if there is no room.</summary>
    public Instance? Learn(AppBook app, string machine, Source source, long now, Changes changes)
    {
        if (source.Machines >= options.MaxMachinesPerAddress && !MakeRoomAt(app, source, changes))
        {
            counters.NotLearnedByAddress.Increment();
            return null;
        }

        if (app.Machines.Count >= options.MaxMachinesPerApp && !MakeRoom(app, now, changes))
        {
            counters.NotLearnedByApp.Increment();
            return null;
        }

        return Add(app, machine, source, now, changes);
    }

    /// <summary>Makes a machine known that somebody named who may.</summary>
    public Instance Add(AppBook app, string machine, Source source, long now, Changes changes)
    {
        Instance instance = new(
            books.NextMachine++,
            app,
            new RolloutMachine { Id = machine, Since = UnixTime.From(now) },
            InstanceKind.Unknown,
            source)
        {
            FirstSeen = now,
            LastSeen = now,
            IsSignNew = true,
        };
        books.Add(instance);
        changes.Undo(() => books.Remove(instance));
        changes.Touch(instance);
        changes.Add(new HistoryRow(instance, now, MachineEventKind.First) { State = (int)RolloutState.Undefined });
        instance.Events++;
        counters.Learned.Increment();
        return instance;
    }

    /// <summary>Forgets a machine and all of it.</summary>
    public void Forget(Instance machine, Changes changes)
    {
        machine.Group?.Rollout.Remove(machine.Machine);
        GroupBook? group = machine.Group;
        books.Remove(machine);
        changes.Undo(() =>
        {
            books.PutBack(machine);
            if (group is not null)
                group.IsStale = true;
        });
        long number = machine.Number;
        changes.Write(tables => tables.Run("DELETE FROM machine WHERE number = ?1", number));
    }

    private bool MakeRoomAt(AppBook app, Source source, Changes changes)
    {
        int looked = 0;
        DropOld(app);
        foreach (Instance newcomer in app.Newcomers)
        {
            if (newcomer.IsNewcomer && newcomer.Source == source)
            {
                Forget(newcomer, changes);
                counters.GaveWay.Increment();
                return true;
            }

            if (++looked == MostLooked)
                break;
        }

        return false;
    }

    private bool MakeRoom(AppBook app, long now, Changes changes)
    {
        DropOld(app);
        if (app.Newcomers.TryDequeue(out Instance? newcomer))
        {
            Forget(newcomer, changes);
            // Should the batch fail it stands at the end of the queue then, which does no harm.
            changes.Undo(() => app.Newcomers.Enqueue(newcomer));
            counters.GaveWay.Increment();
            return true;
        }

        ScanForIdle(now);
        while (_idle.TryDequeue(out Instance? idle))
        {
            if (idle.IsForgotten || idle.App != app || !IsIdle(idle, now))
                continue;
            Forget(idle, changes);
            counters.GaveWay.Increment();
            return true;
        }

        return false;
    }

    // Those in front that are newcomers no more.
    private static void DropOld(AppBook app)
    {
        while (app.Newcomers.TryPeek(out Instance? first) && !first.IsNewcomer)
            app.Newcomers.Dequeue();
    }

    private void ScanForIdle(long now)
    {
        if (_idle.Count > 0 || now < _nextScan)
            return;
        _nextScan = now + ScanSeconds;
        List<Instance> found = [];
        foreach (Instance? machine in books.Machines)
        {
            if (machine is not null && IsIdle(machine, now))
                found.Add(machine);
        }

        found.Sort(static (one, other) => one.LastSeen.CompareTo(other.LastSeen));
        foreach (Instance machine in found)
            _idle.Enqueue(machine);
    }

    // Who waits for a reboot, or whom an administrator named, is not forgotten for silence of a day.
    private static bool IsIdle(Instance machine, long now) =>
        machine.LastSeen < now - IdleSeconds && machine.Machine.Override is null
        && machine.Machine.State != RolloutState.Installed;
}
