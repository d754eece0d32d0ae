using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Reboots.Service;

public sealed partial class RebootService
{
    [LoggerMessage(EventIds.Reboots + 0, LogLevel.Information, "reboot {Stage}: {Reason}")]
    private partial void LogStage(string stage, string reason);

    [LoggerMessage(EventIds.Reboots + 1, LogLevel.Warning, "reboot: step {Step} failed: {Reason}")]
    private partial void LogStepFailed(RebootStepKind step, string reason);

    [LoggerMessage(EventIds.Reboots + 2, LogLevel.Error, "reboot: step {Step} broke off")]
    private partial void LogStepBroke(Exception fault, RebootStepKind step);

    [LoggerMessage(EventIds.Reboots + 3, LogLevel.Error,
        "reboots wait: their state cannot be kept, and nothing is done before it is: {Reason}")]
    private partial void LogNotSaved(string reason);

    [LoggerMessage(EventIds.Reboots + 4, LogLevel.Error,
        "reboots: {Problem}; a lock and a cordon of this machine are given back once it is healthy")]
    private partial void LogStateLost(string problem);
}
