using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Units.Agent;

public sealed partial class UnitAgent
{
    [LoggerMessage(EventIds.UnitsAgent + 0, LogLevel.Information,
        "units are used in this cluster: machine {MachineId} joins in")]
    private partial void LogAwake(string machineId);

    [LoggerMessage(EventIds.UnitsAgent + 1, LogLevel.Warning,
        "{Step} of unit {Unit} failed, it is tried again: {Reason}")]
    private partial void LogStepFailed(StepKind step, string unit, string reason);

    [LoggerMessage(EventIds.UnitsAgent + 2, LogLevel.Information, "{Step} of unit {Unit}")]
    private partial void LogStep(StepKind step, string unit);

    [LoggerMessage(EventIds.UnitsAgent + 3, LogLevel.Warning, "unit {Unit} could not be started ({Result}): {Reason}")]
    private partial void LogNotStarted(string unit, string result, string reason);

    [LoggerMessage(EventIds.UnitsAgent + 4, LogLevel.Information,
        "the lease of this machine is renewed again ({Kind})")]
    private partial void LogRenewed(LeaseGrantKind kind);

    [LoggerMessage(EventIds.UnitsAgent + 5, LogLevel.Warning,
        "the lease of this machine could not be renewed: {Reason}; singletons are stopped in {Seconds} s "
        + "unless it can be")]
    private partial void LogNotRenewed(string reason, double seconds);

    [LoggerMessage(EventIds.UnitsAgent + 6, LogLevel.Error,
        "another machine has the id {MachineId} and holds a lease under it: this one runs nothing new; give "
        + "one of the two another --machine-id (or /etc/machine-id) and start it again: {Reason}")]
    private partial void LogDuplicate(string machineId, string reason);

    [LoggerMessage(EventIds.UnitsAgent + 7, LogLevel.Warning,
        "the lease of this machine had lapsed: singletons give their claims back, and are placed anew")]
    private partial void LogLapse();

    [LoggerMessage(EventIds.UnitsAgent + 8, LogLevel.Warning,
        "the schedule cannot be followed for now, units go on as they are: {Reason}")]
    private partial void LogNotFollowed(string reason);

    [LoggerMessage(EventIds.UnitsAgent + 9, LogLevel.Warning,
        "the schedule's entry of {Unit} cannot be read and is passed over")]
    private partial void LogDamaged(string unit);

    [LoggerMessage(EventIds.UnitsAgent + 10, LogLevel.Warning,
        "the unit manager cannot be reached, units go on as they are: {Reason}")]
    private partial void LogManagerAway(string reason);

    [LoggerMessage(EventIds.UnitsAgent + 11, LogLevel.Error,
        "notes of unit {Unit} cannot be written to {Folder}; after a restart of this program it may be "
        + "started twice: {Reason}")]
    private partial void LogNoteNotKept(string unit, string folder, string reason);

    [LoggerMessage(EventIds.UnitsAgent + 12, LogLevel.Error,
        "the guard cannot be armed, so no singleton runs here: {Reason}")]
    private partial void LogNotArmed(string reason);

    [LoggerMessage(EventIds.UnitsAgent + 13, LogLevel.Warning,
        "{Step} of this machine failed, it is tried again: {Reason}")]
    private partial void LogMachineStepFailed(StepKind step, string reason);

    [LoggerMessage(EventIds.UnitsAgent + 14, LogLevel.Information,
        "this machine leaves: {Units} units are stopped and forgotten")]
    private partial void LogLeaving(int units);

    [LoggerMessage(EventIds.UnitsAgent + 15, LogLevel.Warning, "unit {Unit} did not stop in time and is killed")]
    private partial void LogKilled(string unit);
}
