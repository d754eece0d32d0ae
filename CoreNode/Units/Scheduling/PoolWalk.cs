using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>
/// Goes through a pool's open machines with room for something, least load first, then by id. The pool must not change
/// meanwhile. Kept and used again, so that it allocates nothing.
/// </summary>
internal sealed class PoolWalk
{
    private MachinePool _pool = new([]);
    private long _memory;
    private long _cpu;

    // A heap of nodes of the pool's tree: none is below another, so (least load, first position) orders them.
    private int[] _nodes = new int[64];
    private long[] _loads = new long[64];
    private int _length;

    public void Start(MachinePool pool, UnitRequirements rules)
    {
        _pool = pool;
        _memory = rules.MemoryReserveBytes;
        _cpu = rules.CpuReserveMillis;
        _length = 0;
        Push(1);
    }

    /// <summary>The next machine; null after the last.</summary>
    public ScheduledMachine? Next()
    {
        while (_length > 0)
        {
            int node = _nodes[0];
            Pop();
            if (_pool.MachineOf(node) is { } machine)
                return machine;
            Push(2 * node);
            Push((2 * node) + 1);
        }

        return null;
    }

    private void Push(int node)
    {
        long load = _pool.LoadOf(node, _memory, _cpu);
        if (load == long.MaxValue)
            return;
        if (_length == _nodes.Length)
        {
            Array.Resize(ref _nodes, 2 * _length);
            Array.Resize(ref _loads, 2 * _length);
        }

        int at = _length++;
        while (at > 0 && IsBefore(load, node, (at - 1) / 2))
        {
            Move((at - 1) / 2, at);
            at = (at - 1) / 2;
        }

        _nodes[at] = node;
        _loads[at] = load;
    }

    private void Pop()
    {
        int node = _nodes[--_length];
        long load = _loads[_length];
        int at = 0;
        for (int child = 1; child < _length; child = (2 * at) + 1)
        {
            if (child + 1 < _length && IsBefore(_loads[child + 1], _nodes[child + 1], child))
                child++;
            if (IsBefore(load, node, child))
                break;
            Move(child, at);
            at = child;
        }

        _nodes[at] = node;
        _loads[at] = load;
    }

    private bool IsBefore(long load, int node, int other) =>
        load != _loads[other] ? load < _loads[other] : _pool.FirstOf(node) < _pool.FirstOf(_nodes[other]);

    private void Move(int from, int to)
    {
        _nodes[to] = _nodes[from];
        _loads[to] = _loads[from];
    }
}
