using CoreNode.Foundation;
using CoreNode.Updates.Lifecycle;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Client;

public sealed partial class UpdateClient
{
    [LoggerMessage(EventIds.UpdatesClient + 0, LogLevel.Information,
        "updates: {Version} runs in slot {Slot}; updates are written to slot {OtherSlot}")]
    private partial void LogStarted(string version, string slot, string otherSlot);

    [LoggerMessage(EventIds.UpdatesClient + 1, LogLevel.Information, "update {Stage}: {Reason}")]
    private partial void LogStage(LifecycleStage stage, string reason);

    [LoggerMessage(EventIds.UpdatesClient + 2, LogLevel.Warning, "update: {Text} (error {Code}, {Name})")]
    private partial void LogFailure(string text, int code, UpdateError name);

    [LoggerMessage(EventIds.UpdatesClient + 3, LogLevel.Error, "updates: {Problem}")]
    private partial void LogStateProblem(string problem);

    [LoggerMessage(EventIds.UpdatesClient + 4, LogLevel.Error,
        "updates wait: the slots of this machine cannot be read: {Reason}")]
    private partial void LogNoSlots(string reason);

    [LoggerMessage(EventIds.UpdatesClient + 5, LogLevel.Error,
        "updates wait: their state cannot be written, and nothing is done before it is: {Reason}")]
    private partial void LogNotSaved(string reason);

    [LoggerMessage(EventIds.UpdatesClient + 6, LogLevel.Error, "update step {Step} broke off")]
    private partial void LogStepBroke(Exception fault, UpdateStepKind step);

    [LoggerMessage(EventIds.UpdatesClient + 7, LogLevel.Warning, "settings of updates: {Problem}")]
    private partial void LogSettings(string problem);

    [LoggerMessage(EventIds.UpdatesClient + 8, LogLevel.Information, "the update pauses: {Reason}")]
    private partial void LogPaused(string reason);

    [LoggerMessage(EventIds.UpdatesClient + 9, LogLevel.Information, "the update goes on after a pause")]
    private partial void LogGoesOn();

    [LoggerMessage(EventIds.UpdatesClient + 10, LogLevel.Information,
        "the update server could not be told what happened, it is told later: {Reason}")]
    private partial void LogNotTold(string reason);
}
