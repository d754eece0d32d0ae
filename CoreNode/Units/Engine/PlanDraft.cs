using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Engine;

/// <summary>A plan in the making: what all its steps read, and what they add to.</summary>
internal sealed class PlanDraft(EngineFacts facts, EngineMemory memory, EngineOptions options)
{
    private readonly List<EngineWrite>[] _stages =
        Array.ConvertAll(Enum.GetValues<EngineStage>(), static _ => new List<EngineWrite>());

    public RegistryState Registry { get; } = facts.Registry;

    public RegistryKeys Keys { get; } = facts.Registry.Keys;

    public DateTimeOffset Now { get; } = facts.Now;

    public EngineMemory Memory { get; } = memory;

    public EngineOptions Options { get; } = options;

    public DateTimeOffset? LookAgain { get; private set; }

    public Dictionary<string, FailureRecord> Failures { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, MovingUnit> Moving { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, UnreadyReplica> Unready { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, StuckUnit> Stuck { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, UnusedContent> Unused { get; set; } = memory.Unused;

    public Dictionary<string, DateTimeOffset> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>How many writes there are.</summary>
    public int Count { get; private set; }

    /// <summary>Until when a unit is to have left the machine that it was told to leave.</summary>
    public DateTimeOffset DeadlineOf(string unit, MovingUnit moving) =>
        moving.Since + (Registry.Jobs.GetValueOrDefault(unit)?.Requirements ?? UnitRequirements.None).DrainDeadline;

    /// <summary>It was told to leave a machine, and has not in its time: the others do not wait for it.</summary>
    public bool IsPassedOver(string unit) =>
        Moving.TryGetValue(unit, out MovingUnit? moving) && Now >= DeadlineOf(unit, moving);

    /// <summary>Time alone changes something at that moment.</summary>
    public void LookAt(DateTimeOffset moment)
    {
        if (LookAgain is not { } known || moment < known)
            LookAgain = moment;
    }

    public void Write(EngineStage stage, EngineWrite write, EngineEvent? told = null)
    {
        _stages[(int)stage].Add(write with { Stage = stage, Event = told });
        Count++;
    }

    /// <summary>All writes in order.</summary>
    public List<EngineWrite> Writes()
    {
        List<EngineWrite> all = new(Count);
        foreach (List<EngineWrite> stage in _stages)
            all.AddRange(stage);
        return all;
    }
}
