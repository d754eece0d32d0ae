namespace CoreNode.Reboots;

/// <summary>
/// What the service has to do now. A step with a higher number ends the one before: that one is stopped and waited for
/// first. A step with the same number is already being done.
/// </summary>
/// <param name="Kind">What.</param>
/// <param name="Number">Its number, told with everything that comes of it.</param>
public sealed record RebootStep(RebootStepKind Kind, long Number)
{
    /// <summary>Not to be begun before that, by the uptime; null: at once.</summary>
    public TimeSpan? NotBefore { get; init; }

    /// <summary>The lock's group, of <see cref="RebootStepKind.TakeLock"/> and
    /// <see cref="RebootStepKind.Release"/>.</summary>
    public string Group { get; init; } = "";

    /// <summary>Of <see cref="RebootStepKind.Release"/>: also in every other group, as it is not known which.</summary>
    public bool IsEverywhere { get; init; }

    /// <summary>Why the machine restarts, in one line, for those who wait or are logged in.</summary>
    public string Why { get; init; } = "";

    /// <summary>How, of <see cref="RebootStepKind.Restart"/>; empty: as the node is told.</summary>
    public string By { get; init; } = "";

    /// <summary>How long it may take, of <see cref="RebootStepKind.Drain"/>; when the restart is, of
    /// <see cref="RebootStepKind.Warn"/>.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>True of the <see cref="RebootStepKind.Look"/> after which the machine leaves.</summary>
    public bool IsLast { get; init; }
}
