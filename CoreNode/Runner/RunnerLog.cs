using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Runner;

/// <summary>Log lines of the embedded runner.</summary>
internal static partial class RunnerLog
{
    [LoggerMessage(EventIds.Runner + 1, LogLevel.Information, "units run here without systemd: {Summary}")]
    internal static partial void Enforces(this ILogger logger, string summary);

    [LoggerMessage(EventIds.Runner + 2, LogLevel.Error,
        "a unit's file cannot be read and is left as it is: {Problem}; the unit is unknown until it is loaded again")]
    internal static partial void Unreadable(this ILogger logger, string problem);

    [LoggerMessage(EventIds.Runner + 3, LogLevel.Warning,
        "processes of {Unit} run in its control group, but it is not loaded: they are killed")]
    internal static partial void Orphaned(this ILogger logger, string unit);

    [LoggerMessage(EventIds.Runner + 4, LogLevel.Critical, "the runner of units has ended; units go on unwatched")]
    internal static partial void LoopEnded(this ILogger logger, Exception fault);

    [LoggerMessage(EventIds.Runner + 5, LogLevel.Error,
        "the state of {Unit} cannot be written: {Problem}; a restart of this node may not find it again")]
    internal static partial void NotSaved(this ILogger logger, string unit, string problem);

    [LoggerMessage(EventIds.Runner + 6, LogLevel.Information, "took over {Count} units, {Active} of them active")]
    internal static partial void Recovered(this ILogger logger, int count, int active);

    [LoggerMessage(EventIds.Runner + 7, LogLevel.Warning,
        "journals of units that are gone cannot be removed and take room: {Problem}")]
    internal static partial void JournalsStay(this ILogger logger, string problem);
}
