using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Units.Watching;

public sealed partial class RegistryFollower
{
    [LoggerMessage(EventIds.UnitsWatching + 0, LogLevel.Warning,
        "The store does not answer about {Key}: {Reason}; trying again")]
    private partial void LogAway(string key, string reason);

    [LoggerMessage(EventIds.UnitsWatching + 1, LogLevel.Information, "The store answers about {Key} again")]
    private partial void LogBack(string key);

    [LoggerMessage(EventIds.UnitsWatching + 2, LogLevel.Warning,
        "{Key} is skipped: its value {Reason}; write it again or remove it")]
    private partial void LogDamaged(string key, string reason);
}
