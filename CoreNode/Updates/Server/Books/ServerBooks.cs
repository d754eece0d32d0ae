using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// Everything that the server knows, in memory. The catalogue and the tokens are immutable values that are exchanged as
/// a whole; machines and groups are objects. Owned by the ledger.
/// </summary>
internal sealed class ServerBooks
{
    private const int LeastHoles = 1024;

    private readonly List<Instance?> _machines = [];
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private int _holes;

    /// <summary>What administrators change; counts as soon as its batch is durable.</summary>
    public Catalogue Catalogue { get; set; } = Catalogue.Empty;

    public IReadOnlyList<TokenEntry> Tokens { get; set; } = [];

    /// <summary>By id.</summary>
    public Dictionary<string, AppBook> Apps { get; } = new(StringComparer.Ordinal);

    public TextPool Texts { get; } = new();

    public KindPool Kinds { get; } = new();

    /// <summary>The next number for whatever an administrator makes; none is ever used again.</summary>
    public long NextNumber { get; set; } = 1;

    /// <summary>The next number of a machine.</summary>
    public long NextMachine { get; set; } = 1;

    /// <summary>Machines by number, with holes where some were forgotten.</summary>
    public IReadOnlyList<Instance?> Machines => _machines;

    /// <summary>How many there are.</summary>
    public int MachineCount => _machines.Count - _holes;

    /// <summary>Adds a machine whose number is above all others.</summary>
    public void Add(Instance machine)
    {
        _machines.Add(machine);
        machine.App.Machines.Add(machine.Machine.Id, machine);
        Enter(machine, machine.Source);
        if (machine.IsNewcomer)
            machine.App.Newcomers.Enqueue(machine);
    }

    /// <summary>Takes a machine out.</summary>
    public void Remove(Instance machine)
    {
        machine.App.Machines.Remove(machine.Machine.Id);
        Leave(machine.Source);
        machine.IsForgotten = true;
        _machines[IndexOf(machine.Number)] = null;
        _holes++;
    }

    /// <summary>Puts back one that was taken out in the same batch.</summary>
    public void PutBack(Instance machine)
    {
        machine.IsForgotten = false;
        machine.App.Machines.Add(machine.Machine.Id, machine);
        Enter(machine, SourceOf(machine.Source.Text));
        int index = LowerBound(machine.Number);
        if (index < _machines.Count && _machines[index] is null)
        {
            _machines[index] = machine;
            _holes--;
        }
        else
        {
            _machines.Insert(index, machine);
        }
    }

    /// <summary>Gives back what removals left behind; not between one and the end of its batch.</summary>
    public void Tidy()
    {
        foreach (AppBook app in Apps.Values)
            app.TidyNewcomers();
        if (_holes < LeastHoles || _holes < _machines.Count / 4)
            return;
        _machines.RemoveAll(static machine => machine is null);
        _holes = 0;
    }

    /// <summary>Index of the first machine of at least that number; holes count as being where they are.</summary>
    public int LowerBound(long number)
    {
        int low = 0;
        int high = _machines.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int at = middle;
            while (at < high && _machines[at] is null)
                at++;
            if (at == high)
                high = middle;
            else if (_machines[at]!.Number < number)
                low = at + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The object of an address; a new one counts only once a machine has it.</summary>
    public Source SourceOf(string address) =>
        _sources.TryGetValue(address, out Source? source) ? source : new Source(address);

    /// <summary>A machine asked from another address.</summary>
    public void Move(Instance machine, Source source)
    {
        Leave(machine.Source);
        Enter(machine, source);
    }

    /// <summary>What rollouts know of the machines of a group.</summary>
    public List<RolloutMachine> MachinesOf(GroupBook group)
    {
        List<RolloutMachine> own = [];
        foreach (Instance? machine in _machines)
        {
            if (machine is not null && machine.Group == group)
                own.Add(machine.Machine);
        }

        return own;
    }

    private void Enter(Instance machine, Source source)
    {
        source.Machines++;
        machine.Source = source;
        _sources.TryAdd(source.Text, source);
    }

    private void Leave(Source source)
    {
        source.Machines--;
        if (source.Machines <= 0)
            _sources.Remove(source.Text);
    }

    private int IndexOf(long number)
    {
        int index = LowerBound(number);
        while (_machines[index] is null)
            index++;
        return index;
    }
}
