using CoreNode.Units.Model;

namespace CoreNode.Units.Scheduling;

/// <summary>
/// All machines, and pools of those that meet a filter; pools are made when they are first asked for.
/// </summary>
internal sealed class MachineSet
{
    /// <summary>Digits of an id by which people name a machine.</summary>
    public const int ShortIdLength = 8;

    private readonly Dictionary<string, ScheduledMachine> _byId = [];
    private readonly List<ScheduledMachine> _sorted = [];
    private readonly Dictionary<string, MachinePool> _pools = [];
    private readonly Dictionary<string, Dictionary<string, List<ScheduledMachine>>> _byMetadata = [];

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<ScheduledMachine> All => _sorted;

    public ScheduledMachine? Find(string id) => _byId.GetValueOrDefault(id);

    public ScheduledMachine Add(Machine facts)
    {
        ScheduledMachine machine = new(facts);
        _byId.Add(facts.Id, machine);
        // Most come in the order of their ids.
        int at = _sorted.Count > 0 && string.CompareOrdinal(_sorted[^1].Id, facts.Id) < 0
            ? _sorted.Count
            : FirstFrom(facts.Id);
        _sorted.Insert(at, machine);
        ForgetPools();
        return machine;
    }

    public void Remove(ScheduledMachine machine)
    {
        _byId.Remove(machine.Id);
        _sorted.RemoveAt(FirstFrom(machine.Id));
        _byMetadata.Clear();
        machine.Close();
    }

    /// <summary>A machine has other metadata.</summary>
    public void ForgetPools()
    {
        if (_pools.Count > 0)
        {
            foreach (ScheduledMachine machine in _sorted)
                machine.LeavePools();
        }

        _pools.Clear();
        _byMetadata.Clear();
    }

    /// <summary>The machines that meet a filter.</summary>
    public MachinePool PoolOf(MachineFilter filter)
    {
        if (!_pools.TryGetValue(filter.Signature, out MachinePool? pool))
            _pools[filter.Signature] = pool = new MachinePool(Matching(filter));
        return pool;
    }

    /// <summary>The machines that an id or the first eight digits of one name.</summary>
    public List<ScheduledMachine> Named(string id)
    {
        List<ScheduledMachine> named = [];
        for (int i = FirstFrom(id); i < _sorted.Count; i++)
        {
            string other = _sorted[i].Id;
            if (!other.StartsWith(id, StringComparison.Ordinal))
                break;
            if (IsNamed(other, id))
                named.Add(_sorted[i]);
        }

        return named;
    }

    /// <summary>True if that is how people may name that machine in MachineID=.</summary>
    public static bool IsNamed(string machine, string id) =>
        machine == id || (id.Length == ShortIdLength && machine.StartsWith(id, StringComparison.Ordinal));

    private ScheduledMachine[] Matching(MachineFilter filter)
    {
        if (filter.Wanted.Count == 0)
            return [.. _sorted];

        // The key that leaves the fewest to look at: a host's name leaves one.
        List<ScheduledMachine>? fewest = null;
        foreach (MetadataRequirement wanted in filter.Wanted)
        {
            List<ScheduledMachine> some = [];
            foreach (string value in wanted.Values)
                some.AddRange(With(wanted.Key, value));
            if (fewest is null || some.Count < fewest.Count)
                fewest = some;
        }

        fewest!.RemoveAll(machine => !filter.Matches(machine.Facts));
        fewest.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        return [.. fewest];
    }

    private List<ScheduledMachine> With(string key, string value)
    {
        if (!_byMetadata.TryGetValue(key, out Dictionary<string, List<ScheduledMachine>>? values))
        {
            _byMetadata[key] = values = [];
            foreach (ScheduledMachine machine in _sorted)
            {
                if (!machine.Facts.Metadata.TryGetValue(key, out string? has))
                    continue;
                if (!values.TryGetValue(has, out List<ScheduledMachine>? same))
                    values[has] = same = [];
                same.Add(machine);
            }
        }

        return values.TryGetValue(value, out List<ScheduledMachine>? found) ? found : [];
    }

    private int FirstFrom(string id)
    {
        int low = 0;
        int high = _sorted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (string.CompareOrdinal(_sorted[middle].Id, id) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
