using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api;

internal sealed partial class HttpFront
{
    [LoggerMessage(EventIds.Api + 21, LogLevel.Warning,
        "--insecure-admin: whoever reaches {Urls} may change members, users, roles and the keys that machines act on, "
        + "read backups, and administer through any admin listener; start the node without it as soon as you can")]
    private partial void LogAdminInsecure(string urls);

    [LoggerMessage(EventIds.Api + 22, LogLevel.Warning,
        "the unix socket {Path} could not be given to the group {Group}, whose members cannot use it: {Reason}; run "
        + "the node as root or as a user of that group")]
    private partial void LogSocketNotShared(string path, string group, string reason);
}
