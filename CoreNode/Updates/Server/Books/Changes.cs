using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// What the calls of one batch change: what is to be written to the database, and how memory is put back if that fails.
/// Memory is changed at once, the database by <see cref="Tables.Write"/> at the batch's end, in one transaction. Owned
/// by the ledger.
/// </summary>
internal sealed class Changes
{
    private readonly List<Action> _undo = [];
    private readonly List<Instance> _machines = [];
    private readonly List<GroupBook> _groups = [];
    private readonly List<HistoryRow> _history = [];
    private readonly List<Action<Tables>> _writes = [];
    private readonly List<Action<Tables>> _laterWrites = [];
    private long _call = 1;

    /// <summary>Machines to write, each once.</summary>
    public IReadOnlyList<Instance> Machines => _machines;

    /// <summary>Groups whose standing is to be written, each once.</summary>
    public IReadOnlyList<GroupBook> Groups => _groups;

    /// <summary>Lines of history, in order.</summary>
    public IReadOnlyList<HistoryRow> History => _history;

    /// <summary>Everything else, in order, before the above.</summary>
    public IReadOnlyList<Action<Tables>> Writes => _writes;

    /// <summary>The same, after the above.</summary>
    public IReadOnlyList<Action<Tables>> LaterWrites => _laterWrites;

    /// <summary>There is something to write.</summary>
    public bool IsAny => _machines.Count + _groups.Count + _history.Count + _writes.Count + _laterWrites.Count > 0;

    /// <summary>Begins a call; <see cref="UndoTo"/> with what this gives takes back what it did.</summary>
    public ChangeMark Begin()
    {
        _call++;
        return new ChangeMark(
            _undo.Count, _machines.Count, _groups.Count, _history.Count, _writes.Count, _laterWrites.Count);
    }

    /// <summary>To be called before a machine is changed.</summary>
    public void Touch(Instance machine)
    {
        if (machine.KeptBy != _call)
        {
            machine.KeptBy = _call;
            Keep(machine);
        }

        if (machine.IsChanged)
            return;
        machine.IsChanged = true;
        _machines.Add(machine);
    }

    /// <summary>To be called before a group's release or standing is changed.</summary>
    public void Touch(GroupBook group)
    {
        (long release, long package, long started) = (group.Release, group.Package, group.Started);
        RolloutStanding standing = group.Standing;
        _undo.Add(() =>
        {
            (group.Release, group.Package, group.Started) = (release, package, started);
            group.Standing = standing;
            group.IsStale = true;
        });
        if (group.IsChanged)
            return;
        group.IsChanged = true;
        _groups.Add(group);
    }

    /// <summary>Adds a line of history.</summary>
    public void Add(HistoryRow row) => _history.Add(row);

    /// <summary>Adds something to write.</summary>
    public void Write(Action<Tables> write) => _writes.Add(write);

    /// <summary>Writes what an administrator wants of a machine now; after the machine, which may be new.</summary>
    public void WriteOverride(Instance machine)
    {
        MachineOverride? wanted = machine.Machine.Override;
        _laterWrites.Add(tables =>
        {
            tables.Run("DELETE FROM override WHERE machine = ?1", machine.Number);
            if (wanted is not null && !machine.IsForgotten)
            {
                tables.Run(
                    "INSERT INTO override VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", machine.Number, wanted.IsExempt,
                    wanted.PinnedVersion, wanted.IsForced, wanted.IsDespiteStop, wanted.GroupId, wanted.Note);
            }
        });
    }

    /// <summary>Adds how something is put back.</summary>
    public void Undo(Action undo) => _undo.Add(undo);

    /// <summary>Puts memory back to what it was there; groups that this concerns are stale.</summary>
    public void UndoTo(ChangeMark mark)
    {
        for (int i = _undo.Count - 1; i >= mark.Undo; i--)
            _undo[i]();
        _undo.RemoveRange(mark.Undo, _undo.Count - mark.Undo);
        for (int i = mark.Machines; i < _machines.Count; i++)
            _machines[i].IsChanged = false;
        _machines.RemoveRange(mark.Machines, _machines.Count - mark.Machines);
        for (int i = mark.Groups; i < _groups.Count; i++)
            _groups[i].IsChanged = false;
        _groups.RemoveRange(mark.Groups, _groups.Count - mark.Groups);
        _history.RemoveRange(mark.History, _history.Count - mark.History);
        _writes.RemoveRange(mark.Writes, _writes.Count - mark.Writes);
        _laterWrites.RemoveRange(mark.LaterWrites, _laterWrites.Count - mark.LaterWrites);
    }

    /// <summary>All is durable: begins anew.</summary>
    public void Clear()
    {
        foreach (Instance machine in _machines)
        {
            machine.IsChanged = false;
            machine.IsSignNew = false;
        }

        foreach (GroupBook group in _groups)
            group.IsChanged = false;
        _undo.Clear();
        _machines.Clear();
        _groups.Clear();
        _history.Clear();
        _writes.Clear();
        _laterWrites.Clear();
    }

    private void Keep(Instance machine)
    {
        GroupBook? group = machine.Group;
        RolloutMachine value = machine.Machine;
        InstanceKind kind = machine.Kind;
        string alias = machine.Alias;
        int events = machine.Events;
        int told = machine.LastTold;
        _undo.Add(() =>
        {
            if (machine.Group is { } now)
                now.IsStale = true;
            if (group is not null)
                group.IsStale = true;
            (machine.Group, machine.Machine, machine.Kind) = (group, value, kind);
            (machine.Alias, machine.Events, machine.LastTold) = (alias, events, told);
        });
    }
}
