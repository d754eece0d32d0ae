using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.RebootLock;

public sealed partial class Semaphores
{
    [LoggerMessage(EventIds.RebootLock + 0, LogLevel.Warning,
        "the reboot lock of {Holder} in {Group} is taken away: its time was over at {ReleaseAt}, and {Taker} waits")]
    private partial void LogOverdue(string holder, string group, DateTimeOffset? releaseAt, string taker);

    [LoggerMessage(EventIds.RebootLock + 1, LogLevel.Warning,
        "since when and why {Holder} holds the reboot lock of {Group} could not be noted: {Reason}")]
    private partial void LogNotNoted(string holder, string group, string reason);

    [LoggerMessage(EventIds.RebootLock + 2, LogLevel.Warning,
        "waiting for the reboot lock of {Group} goes on although the store does not serve it now: {Reason}")]
    private partial void LogWaitsOn(string group, string reason);

    private static string Name(string group) => group.Length == 0 ? "the default group" : $"group {group}";
}
