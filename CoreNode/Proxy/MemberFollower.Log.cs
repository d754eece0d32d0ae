using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Proxy;

public sealed partial class MemberFollower
{
    [LoggerMessage(EventIds.Proxy + 0, LogLevel.Information, "follows cluster {ClusterId}, members: {Members}")]
    private partial void LogMembers(string clusterId, string members);

    [LoggerMessage(EventIds.Proxy + 1, LogLevel.Warning,
        "no member of the cluster answers yet, asking again until one does; asked: {Asked}")]
    private partial void LogNobody(string asked);

    [LoggerMessage(EventIds.Proxy + 2, LogLevel.Warning, "member {Member} is passed over: {Reason}")]
    private partial void LogFails(string member, string reason);

    [LoggerMessage(EventIds.Proxy + 3, LogLevel.Information, "member {Member} answers")]
    private partial void LogAnswers(string member);

    [LoggerMessage(EventIds.Proxy + 4, LogLevel.Warning,
        "{Path} cannot be used and will be written anew: {Reason}")]
    private partial void LogFileDamaged(string path, string reason);

    [LoggerMessage(EventIds.Proxy + 5, LogLevel.Warning,
        "{Path} cannot be written, a restart will have to find the members by the options: {Reason}")]
    private partial void LogFileNotWritten(string path, string reason);

    [LoggerMessage(EventIds.Proxy + 6, LogLevel.Error,
        "the members at {Url} are of cluster {Found}, this worker follows cluster {Own}: they are not used; to follow "
        + "them, stop this worker, remove {Path} and start it again")]
    private partial void LogOtherCluster(string url, string found, string own, string path);
}
