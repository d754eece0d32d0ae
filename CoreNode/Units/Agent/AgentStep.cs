using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>
/// One thing to do, by <see cref="StepRunner"/>; its end is told to <see cref="AgentCore.Completed"/>.
/// </summary>
/// <param name="Kind">What.</param>
/// <param name="Unit">Of which unit; empty for the machine's own.</param>
/// <param name="Begun">When it was decided.</param>
public sealed record AgentStep(StepKind Kind, string Unit, TimeSpan Begun)
{
    private static readonly HashSet<string> s_none = [];

    /// <summary>The entry that it is done for.</summary>
    public ScheduleEntry? Entry { get; init; }

    /// <summary>The text to load.</summary>
    public AgentText? Text { get; init; }

    /// <summary>Hash of the text to fetch.</summary>
    public string Hash { get; init; } = "";

    /// <summary>A command's or URL's check of health.</summary>
    public UnitRequirements Health { get; init; } = UnitRequirements.None;

    /// <summary>Fencing token that its processes are given; 0: none.</summary>
    public ulong Token { get; init; }

    /// <summary>What is to stand in the store of the unit.</summary>
    public PublishedState? Wanted { get; init; }

    /// <summary>What stands there; null if that has to be read first.</summary>
    public PublishedState? Known { get; init; }

    /// <summary>
    /// Announcements that may stand from before and are to go, where the keys still hold what this machine wrote.
    /// </summary>
    public IReadOnlyList<UnitAnnouncement> Left { get; init; } = [];

    /// <summary>Keys to announce; or, beside those that are left, to withdraw.</summary>
    public IReadOnlyList<UnitAnnouncement> Announcements { get; init; } = [];

    /// <summary>
    /// Announcements that stay when the others are withdrawn: the machine that the unit was handed over to has made the
    /// same ones.
    /// </summary>
    public IReadOnlyList<UnitAnnouncement> Shared { get; init; } = [];

    /// <summary>Units for the guard.</summary>
    public IReadOnlySet<string> Armed { get; init; } = s_none;

    /// <summary>The guard's deadline.</summary>
    public TimeSpan Deadline { get; init; }

    /// <summary>The lease as it stood.</summary>
    public LeaseFacts Lease { get; init; } = LeaseFacts.None;
}
