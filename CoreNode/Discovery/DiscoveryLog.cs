using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Discovery;

/// <summary>What a machine says while it searches its cluster.</summary>
internal static partial class DiscoveryLog
{
    [LoggerMessage(EventIds.Discovery + 1, LogLevel.Information, "searching the cluster at {Url} as {Member}, id {Id}")]
    internal static partial void Searching(this ILogger logger, string url, string member, string id);

    [LoggerMessage(EventIds.Discovery + 2, LogLevel.Information,
        "{Here} of {Size} machines are here ({Names}); waiting for {Missing} more at {Url}, for {Waited} so far")]
    internal static partial void Progress(
        this ILogger logger, int here, int size, string names, int missing, string url, string waited);

    [LoggerMessage(EventIds.Discovery + 3, LogLevel.Warning,
        "{Url} does not help now: {Reason}; asking again in {Seconds} s, as long as it takes ({Waited} so far)")]
    internal static partial void Retrying(
        this ILogger logger, string url, string reason, int seconds, string waited);

    [LoggerMessage(EventIds.Discovery + 4, LogLevel.Information, "the cluster is complete after {Waited}: {Members}")]
    internal static partial void Complete(this ILogger logger, string members, string waited);

    [LoggerMessage(EventIds.Discovery + 5, LogLevel.Information,
        "this machine was written down at {Url} before it stopped, and goes on from there")]
    internal static partial void Resuming(this ILogger logger, string url);

    [LoggerMessage(EventIds.Discovery + 6, LogLevel.Warning,
        "{Domain}: {Reason}; asking again in {Seconds} s, as long as it takes ({Waited} so far)")]
    internal static partial void RetryingNames(
        this ILogger logger, string domain, string reason, int seconds, string waited);

    [LoggerMessage(EventIds.Discovery + 7, LogLevel.Warning,
        "{Domain} names {Target} for http and for https; https is taken")]
    internal static partial void TwoSchemes(this ILogger logger, string domain, string target);
}
