using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Access;

internal sealed partial class AccessComplaints
{
    [LoggerMessage(EventIds.Api + 20, LogLevel.Warning,
        "refused {Remote} at {Listener}: {Surface} by the rule {Rule}, and {Unsaid} before that were not logged")]
    private static partial void LogRefused(
        ILogger logger, string remote, string listener, Surface surface, string rule, long unsaid);
}
