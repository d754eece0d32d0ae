using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api;

public sealed partial class ApiServer
{
    [LoggerMessage(EventIds.Api + 0, LogLevel.Information, "serving clients on {Urls}, unix socket {UnixSocket}")]
    private partial void LogServing(string urls, string unixSocket);

    [LoggerMessage(EventIds.Api + 1, LogLevel.Information, "client listeners are closed")]
    private partial void LogStopped();
}
