using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Systemd;

public sealed partial class SystemdUnitManager
{
    [LoggerMessage(EventIds.Systemd + 0, LogLevel.Information, "goes on with {Count} units that were loaded before")]
    private partial void LogAdopted(int count);

    [LoggerMessage(EventIds.Systemd + 1, LogLevel.Warning,
        "the connection to systemd is lost ({Reason}), connecting again; units go on running")]
    private partial void LogLost(string reason);

    [LoggerMessage(EventIds.Systemd + 2, LogLevel.Information, "connected to systemd again")]
    private partial void LogConnected();

    [LoggerMessage(EventIds.Systemd + 3, LogLevel.Warning, "systemd's units cannot be read: {Reason}")]
    private partial void LogNotRead(string reason);

    [LoggerMessage(EventIds.Systemd + 4, LogLevel.Warning,
        "what was written of {Unit} before systemd refused it could not be taken back: {Reason}")]
    private partial void LogNotTakenBack(string unit, string reason);
}
