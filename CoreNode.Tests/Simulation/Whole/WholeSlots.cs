using System.Text;
using CoreNode.Tests.Updates.Client;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>The slots of one machine, and what its boot stage makes of them: they outlive everything.</summary>
internal sealed class WholeSlots : ISlots
{
    private readonly Dictionary<string, FakeSlot> _slots = new()
    {
        ["A"] = new FakeSlot { Version = "1.0", Counter = 1, Priority = 1, IsGood = true },
        ["B"] = new FakeSlot(),
    };

    /// <summary>How often the machine has booted.</summary>
    public int Boots { get; private set; }

    /// <summary>The slot that runs.</summary>
    public string Running { get; private set; } = "A";

    /// <summary>The version that runs.</summary>
    public string Version => _slots[Running].Version;

    /// <summary>It has proven itself.</summary>
    public bool IsGood => _slots[Running].IsGood;

    public string BootId => $"boot-{Boots}";

    private string Other => Running == "A" ? "B" : "A";

    /// <summary>The release counter of a version.</summary>
    public static ulong CounterOf(string version) => (ulong)(version[0] - '0');

    /// <summary>The boot stage takes the next slot.</summary>
    public void Boot()
    {
        Running = Next();
        if (_slots[Running].Tries > 0)
            _slots[Running].Tries--;
        Boots++;
    }

    public BootFacts Read()
    {
        FakeSlot own = _slots[Running];
        FakeSlot other = _slots[Other];
        return new BootFacts
        {
            BootId = BootId,
            Slot = Running,
            Version = own.Version,
            Counter = own.Counter,
            OtherSlot = Other,
            OtherVersion = other.Version,
            IsMarkedGood = own.IsGood,
            IsOtherGood = other.IsGood,
            IsOtherTried = other is { Priority: > 0, Tries: 0, IsGood: false },
            IsOtherNext = Next() == Other,
        };
    }

    public void Clear(string slot) => _slots[slot] = new FakeSlot();

    public void MakeNext(string slot, ReadOnlyMemory<byte> metadata)
    {
        string version = Encoding.UTF8.GetString(metadata.Span);
        _slots[slot] = new FakeSlot { Version = version, Counter = CounterOf(version), Tries = 1 };
        SwitchTo(slot);
    }

    public void SwitchTo(string slot)
    {
        foreach (FakeSlot one in _slots.Values)
            one.Priority = Math.Min(one.Priority, 1);
        _slots[slot].Priority = 9;
    }

    public void KeepRunning(string slot)
    {
        _slots[Other] = new FakeSlot();
        _slots[slot].Priority = 9;
    }

    public void MarkGood(string slot)
    {
        _slots[slot].IsGood = true;
        _slots[slot].Tries = 0;
    }

    private string Next()
    {
        string best = Running;
        int priority = -1;
        foreach ((string name, FakeSlot slot) in _slots)
        {
            if ((slot.IsGood || slot.Tries > 0) && slot.Priority > priority)
                (best, priority) = (name, slot.Priority);
        }

        return best;
    }
}
