using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using Microsoft.Extensions.Logging;

namespace CoreNode.Overlay;

internal sealed partial class OverlayLoop
{
    [LoggerMessage(EventIds.Overlay + 0, LogLevel.Warning,
        "The store does not answer about {Key}: {Reason}; routes to other machines stay as they are")]
    private partial void LogAway(string key, string reason);

    [LoggerMessage(EventIds.Overlay + 1, LogLevel.Information, "The store answers about {Key} again")]
    private partial void LogBack(string key);

    [LoggerMessage(EventIds.Overlay + 2, LogLevel.Error,
        "The configuration {Key} is refused, and what was followed before still is: {Problems}")]
    private partial void LogConfigRefused(string key, string problems);

    [LoggerMessage(EventIds.Overlay + 3, LogLevel.Warning,
        "The configuration {Key} was removed; the last one is followed until there is another one")]
    private partial void LogConfigGone(string key);

    [LoggerMessage(EventIds.Overlay + 4, LogLevel.Information, "The configuration {Key} was changed and is followed")]
    private partial void LogConfigChanged(string key);

    [LoggerMessage(EventIds.Overlay + 5, LogLevel.Information, "Subnet {Subnets} of {Key} is leased: {How}")]
    private partial void LogLeased(LeaseSubnets subnets, string key, string how);

    [LoggerMessage(EventIds.Overlay + 6, LogLevel.Debug, "The lease of {Subnets} in {Key} is renewed")]
    private partial void LogRenewed(string key, LeaseSubnets subnets);

    [LoggerMessage(EventIds.Overlay + 7, LogLevel.Error, "{Key}: {Reason}")]
    private partial void LogLost(string key, string reason);

    [LoggerMessage(EventIds.Overlay + 8, LogLevel.Error, "{Key}: {Reason}")]
    private partial void LogFull(string key, string reason);

    [LoggerMessage(EventIds.Overlay + 9, LogLevel.Warning, "{Key}: {Reason}; trying again")]
    private partial void LogLeaseNotWritten(string key, string reason);

    [LoggerMessage(EventIds.Overlay + 10, LogLevel.Warning, "{Change} failed: {Reason}; trying again")]
    private partial void LogKernelFault(string change, string reason);

    [LoggerMessage(EventIds.Overlay + 11, LogLevel.Error,
        "The kernel's network cannot be kept: {Reason}; trying again")]
    private partial void LogKernelMute(string reason);

    [LoggerMessage(EventIds.Overlay + 12, LogLevel.Error,
        "Files for containers were not written: {Reason}; trying again within a minute")]
    private partial void LogNotTold(string reason);

    [LoggerMessage(EventIds.Overlay + 13, LogLevel.Warning, "{Key}: {Reason}")]
    private partial void LogMended(string key, string reason);

    [LoggerMessage(EventIds.Overlay + 14, LogLevel.Warning, "{Key}: {Reason}")]
    private partial void LogKernelNote(string key, string reason);

    [LoggerMessage(EventIds.Overlay + 15, LogLevel.Error, "{Key}: {Reason}")]
    private partial void LogShared(string key, string reason);
}
