using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Units.Engine;

public sealed partial class EngineLoop
{
    private void Tell(EngineEvent? told)
    {
        if (told is null)
            return;
        switch (told.Kind)
        {
            case EngineEventKind.Placed:
                LogPlaced(told.Unit, told.Machine, told.Reason);
                break;
            case EngineEventKind.Revoked:
                LogRevoked(told.Unit, told.Machine, told.Reason);
                break;
            case EngineEventKind.Evicted:
                LogEvicted(told.Unit, told.Machine, told.Reason);
                break;
            case EngineEventKind.Emptied:
                LogEmptied(told.Machine, told.Reason);
                break;
            case EngineEventKind.ReplicaMade:
                LogReplicaMade(told.Unit, told.Reason);
                break;
            case EngineEventKind.ReplicaRolled:
                LogReplicaRolled(told.Unit, told.Reason);
                break;
            case EngineEventKind.ReplicaRemoved:
                LogReplicaRemoved(told.Unit, told.Reason);
                break;
            case EngineEventKind.RolloutStopped:
                LogRolloutStopped(told.Unit, told.Reason);
                break;
            default:
                throw new InvariantException($"unknown kind of decision {told.Kind}");
        }
    }

    [LoggerMessage(EventIds.UnitsEngine + 0, LogLevel.Information, "decides about units now, term {Term}")]
    private partial void LogTermBegins(ulong term);

    [LoggerMessage(EventIds.UnitsEngine + 1, LogLevel.Information, "decides about units no longer, term {Term}")]
    private partial void LogTermEnds(ulong term);

    [LoggerMessage(EventIds.UnitsEngine + 2, LogLevel.Information, "{Unit} is placed on machine {Machine}: {Reason}")]
    private partial void LogPlaced(string unit, string machine, string reason);

    [LoggerMessage(EventIds.UnitsEngine + 3, LogLevel.Information,
        "{Unit} is taken from machine {Machine}: {Reason}")]
    private partial void LogRevoked(string unit, string machine, string reason);

    [LoggerMessage(EventIds.UnitsEngine + 4, LogLevel.Warning,
        "machine {Machine} may no longer run {Unit}: {Reason}")]
    private partial void LogEvicted(string unit, string machine, string reason);

    [LoggerMessage(EventIds.UnitsEngine + 5, LogLevel.Warning,
        "machine {Machine} is taken out of the cluster: {Reason}")]
    private partial void LogEmptied(string machine, string reason);

    [LoggerMessage(EventIds.UnitsEngine + 6, LogLevel.Information, "replica {Unit} is made: {Reason}")]
    private partial void LogReplicaMade(string unit, string reason);

    [LoggerMessage(EventIds.UnitsEngine + 7, LogLevel.Information, "replica {Unit} is given new content: {Reason}")]
    private partial void LogReplicaRolled(string unit, string reason);

    [LoggerMessage(EventIds.UnitsEngine + 8, LogLevel.Information, "replica {Unit} is removed: {Reason}")]
    private partial void LogReplicaRemoved(string unit, string reason);

    [LoggerMessage(EventIds.UnitsEngine + 9, LogLevel.Debug,
        "{Key} was changed by somebody else meanwhile, looks again: {Error}")]
    private partial void LogRefused(string key, string error);

    [LoggerMessage(EventIds.UnitsEngine + 10, LogLevel.Warning,
        "{Key} may not have been written, looks again: {Outcome}")]
    private partial void LogNotWritten(string key, string? outcome);

    [LoggerMessage(EventIds.UnitsEngine + 11, LogLevel.Warning,
        "the new content of {Unit} goes no further, resume it when that is mended: {Reason}")]
    private partial void LogRolloutStopped(string unit, string reason);
}
