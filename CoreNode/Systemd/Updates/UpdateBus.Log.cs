using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Systemd.Updates;

public sealed partial class UpdateBus
{
    [LoggerMessage(EventIds.Systemd + 20, LogLevel.Information, "updates are served on D-Bus as {Name}")]
    private partial void LogServing(string name);

    [LoggerMessage(EventIds.Systemd + 21, LogLevel.Warning,
        "updates are not served on D-Bus as {Name} until the node is started again: {Reason}")]
    private partial void LogLeft(string name, string reason);

    [LoggerMessage(EventIds.Systemd + 22, LogLevel.Information,
        "no message bus to serve updates on as {Name} ({Reason}): trying again")]
    private partial void LogLost(string name, string reason);
}
