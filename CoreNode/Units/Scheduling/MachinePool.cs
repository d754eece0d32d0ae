using System.Numerics;

namespace CoreNode.Units.Scheduling;

/// <summary>
/// The machines that meet one filter, in the order of their ids, under a tree that knows of each range of them the
/// least load and the most that is free: so the first in the order of load and id that has room is found without
/// looking at those that are full.
/// </summary>
internal sealed class MachinePool
{
    private readonly ScheduledMachine[] _machines;
    private readonly int _width;
    private readonly long[] _load;
    private readonly long[] _memory;
    private readonly long[] _cpu;
    private readonly Dictionary<string, string[]> _values = [];

    /// <summary>Of machines in the order of their ids.</summary>
    public MachinePool(ScheduledMachine[] machines)
    {
        _machines = machines;
        _width = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, machines.Length));
        _load = new long[2 * _width];
        _memory = new long[2 * _width];
        _cpu = new long[2 * _width];
        Array.Fill(_load, long.MaxValue);
        for (int i = 0; i < machines.Length; i++)
        {
            machines[i].Join(this, i);
            Set(_width + i, machines[i]);
        }

        for (int node = _width - 1; node > 0; node--)
            Combine(node);
    }

    /// <summary>How many machines, closed ones too.</summary>
    public int Count => _machines.Length;

    /// <summary>Machines in the order of their ids, closed ones and those that are gone too.</summary>
    public ReadOnlySpan<ScheduledMachine> Machines => _machines;

    /// <summary>The values of a key of metadata that machines of the pool have.</summary>
    public string[] ValuesOf(string key)
    {
        if (_values.TryGetValue(key, out string[]? values))
            return values;
        HashSet<string> found = [];
        foreach (ScheduledMachine machine in _machines)
            found.Add(machine.Facts.Metadata.TryGetValue(key, out string? value) ? value : "");
        return _values[key] = [.. found];
    }

    /// <summary>A machine stands differently.</summary>
    public void Update(int position, ScheduledMachine machine)
    {
        int node = _width + position;
        Set(node, machine);
        Rise(node);
    }

    /// <summary>A machine is gone.</summary>
    public void Close(int position)
    {
        int node = _width + position;
        _load[node] = long.MaxValue;
        Rise(node);
    }

    /// <summary>
    /// The least load below a node; long.MaxValue if no machine there has that much room, or is open.
    /// </summary>
    internal long LoadOf(int node, long memory, long cpu) =>
        (memory == 0 || _memory[node] >= memory) && (cpu == 0 || _cpu[node] >= cpu) ? _load[node] : long.MaxValue;

    /// <summary>Position of the first machine below a node.</summary>
    internal int FirstOf(int node) =>
        (node << (BitOperations.Log2((uint)_width) - BitOperations.Log2((uint)node))) - _width;

    /// <summary>The machine that a node is; null if it is a range of them.</summary>
    internal ScheduledMachine? MachineOf(int node) => node >= _width ? _machines[node - _width] : null;

    private void Set(int node, ScheduledMachine machine)
    {
        _load[node] = machine.IsOpen ? machine.Load : long.MaxValue;
        _memory[node] = machine.FreeMemory;
        _cpu[node] = machine.FreeCpu;
    }

    private void Rise(int node)
    {
        for (node >>= 1; node > 0; node >>= 1)
            Combine(node);
    }

    private void Combine(int node)
    {
        int left = 2 * node;
        _load[node] = Math.Min(_load[left], _load[left + 1]);
        _memory[node] = Math.Max(_memory[left], _memory[left + 1]);
        _cpu[node] = Math.Max(_cpu[left], _cpu[left + 1]);
    }
}
