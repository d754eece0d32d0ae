using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Runner.Guard;

public sealed partial class UnitGuard
{
    [LoggerMessage(EventIds.Runner + 80, LogLevel.Information, "the guard of singletons runs as process {Pid}")]
    private partial void LogStarted(int pid);

    [LoggerMessage(EventIds.Runner + 81, LogLevel.Information,
        "the guard of an earlier process of this node is taken over; it holds {Units} units")]
    private partial void LogTakenOver(int units);

    [LoggerMessage(EventIds.Runner + 82, LogLevel.Warning,
        "the guard of singletons is gone and is started anew: {Reason}")]
    private partial void LogLost(string reason);
}
