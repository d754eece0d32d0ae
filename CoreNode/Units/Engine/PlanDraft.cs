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

    public Dictionary<string, StuckUnit> Stuck { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, UnusedContent> Unused { get; set; } = memory.Unused;

    public Dictionary<string, DateTimeOffset> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>How many writes there are.</summary>
    public int Count { get; private set; }

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
