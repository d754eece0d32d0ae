
namespace CoreNode.Units.Engine;

/// <summary>
/// What the engine remembers from plan to plan besides what stands in the store: waits and budgets only. A new leader
/// starts with none, and every decision is right without it. Immutable.
/// </summary>
public sealed record EngineMemory
{
    /// <summary>Nothing.</summary>
    public static readonly EngineMemory Empty = new();

    /// <summary>Units that failed of late, by name.</summary>
    public IReadOnlyDictionary<string, FailureRecord> Failures { get; init; } =
        new Dictionary<string, FailureRecord>();

    /// <summary>Machines that were emptied within the last minute and not drained, and since when.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Emptied { get; init; } =
        new Dictionary<string, DateTimeOffset>();

    /// <summary>Units that were told to leave a machine that is drained, by name.</summary>
    public IReadOnlyDictionary<string, MovingUnit> Moving { get; init; } = new Dictionary<string, MovingUnit>();

    /// <summary>Replicas that have new content and do not work yet, by name.</summary>
    public IReadOnlyDictionary<string, UnreadyReplica> Unready { get; init; } =
        new Dictionary<string, UnreadyReplica>();

    /// <summary>Units that could not leave a machine that is drained, why, and when that is tried again.</summary>
    public IReadOnlyDictionary<string, StuckUnit> Stuck { get; init; } = new Dictionary<string, StuckUnit>();

    /// <summary>Content without a job, by hash: at which index it was written, and since when nobody uses it.</summary>
    public IReadOnlyDictionary<string, UnusedContent> Unused { get; init; } = new Dictionary<string, UnusedContent>();

    /// <summary>
    /// Folders that were to be removed if they are empty, by their path below the prefix, and when. One that is still
    /// there holds what nobody here knows, or nobody could write just then.
    /// </summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Folders { get; init; } =
        new Dictionary<string, DateTimeOffset>();
}
