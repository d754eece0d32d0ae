using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>A machine in the scheduler's books, with what is on it.</summary>
internal sealed class ScheduledMachine(Machine facts)
{
    private readonly List<MachinePool> _pools = [];
    private readonly List<int> _positions = [];
    private long _memoryLeaving;
    private long _cpuLeaving;

    /// <summary>As it was told last.</summary>
    public Machine Facts { get; set; } = facts;

    public string Id => Facts.Id;

    /// <summary>Units that are on it, in no order.</summary>
    public List<ScheduledUnit> Residents { get; } = [];

    /// <summary>Units that were taken from it and still run there, in no order.</summary>
    public List<ScheduledUnit> Leaving { get; } = [];

    /// <summary>Which patterns match residents, and which they name.</summary>
    public PatternCounts Patterns { get; } = new();

    /// <summary>Sum of the residents' weights: their number, where none has a weight.</summary>
    public long Load { get; private set; }

    /// <summary>What residents reserve.</summary>
    public long MemoryReserved { get; private set; }

    /// <summary>What residents reserve, in thousandths of a processor.</summary>
    public long CpuReserved { get; private set; }

    public bool IsOpen => !Facts.IsCordoned && !Facts.IsDraining;

    /// <summary>Bytes that can still be reserved; without end where the machine's memory is not known.</summary>
    public long FreeMemory =>
        Facts.MemoryBytes == 0 ? long.MaxValue : Facts.MemoryBytes - MemoryReserved - _memoryLeaving;

    /// <summary>Thousandths of a processor that can still be reserved.</summary>
    public long FreeCpu => Facts.CpuMillis == 0 ? long.MaxValue : Facts.CpuMillis - CpuReserved - _cpuLeaving;

    /// <summary>True if residents reserve more than it has.</summary>
    public bool IsMemoryShort => Facts.MemoryBytes != 0 && MemoryReserved > Facts.MemoryBytes;

    /// <summary>True if residents reserve more processor time than it has.</summary>
    public bool IsCpuShort => Facts.CpuMillis != 0 && CpuReserved > Facts.CpuMillis;

    public bool HasResident(string name)
    {
        foreach (ScheduledUnit unit in Residents)
        {
            if (unit.Name == name)
                return true;
        }

        return false;
    }

    public void Attach(ScheduledUnit unit)
    {
        Residents.Add(unit);
        unit.Machines.Add(this);
        Count(unit, 1);
    }

    public void Detach(ScheduledUnit unit)
    {
        Residents.Remove(unit);
        unit.Machines.Remove(this);
        Count(unit, -1);
    }

    public void AddLeaving(ScheduledUnit unit)
    {
        Leaving.Add(unit);
        _memoryLeaving += unit.Rules.MemoryReserveBytes;
        _cpuLeaving += unit.Rules.CpuReserveMillis;
        Refresh();
    }

    public void RemoveLeaving(ScheduledUnit unit)
    {
        if (!Leaving.Remove(unit))
            return;
        _memoryLeaving -= unit.Rules.MemoryReserveBytes;
        _cpuLeaving -= unit.Rules.CpuReserveMillis;
        Refresh();
    }

    public void Join(MachinePool pool, int position)
    {
        _pools.Add(pool);
        _positions.Add(position);
    }

    public void LeavePools()
    {
        _pools.Clear();
        _positions.Clear();
    }

    /// <summary>Tells the pools how it stands.</summary>
    public void Refresh()
    {
        for (int i = 0; i < _pools.Count; i++)
            _pools[i].Update(_positions[i], this);
    }

    /// <summary>It is gone: pools that have it offer it no longer.</summary>
    public void Close()
    {
        for (int i = 0; i < _pools.Count; i++)
            _pools[i].Close(_positions[i]);
        LeavePools();
    }

    private void Count(ScheduledUnit unit, int delta)
    {
        Load += delta * unit.Rules.Weight;
        MemoryReserved += delta * unit.Rules.MemoryReserveBytes;
        CpuReserved += delta * unit.Rules.CpuReserveMillis;
        Patterns.Add(unit, delta);
        unit.Group?.Add(this, delta);
        Refresh();
    }
}
