using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>What the update server logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(EventIds.UpdatesServer + 0, LogLevel.Information,
        "update server: {Machines} machines, {Packages} packages, read in {Milliseconds} ms")]
    public static partial void Opened(ILogger log, int machines, int packages, long milliseconds);

    [LoggerMessage(EventIds.UpdatesServer + 1, LogLevel.Critical,
        "the update server's database failed: nothing more is acknowledged")]
    public static partial void Broken(ILogger log, Exception fault);

    [LoggerMessage(EventIds.UpdatesServer + 2, LogLevel.Error, "an order or request broke off; nothing of it was kept")]
    public static partial void CallBroken(ILogger log, Exception fault);

    [LoggerMessage(EventIds.UpdatesServer + 3, LogLevel.Error,
        "{Problem}; machines get what changes nothing, everything else is refused")]
    public static partial void Full(ILogger log, string problem);

    [LoggerMessage(EventIds.UpdatesServer + 4, LogLevel.Information, "the update server's disk has room again")]
    public static partial void RoomAgain(ILogger log);

    [LoggerMessage(EventIds.UpdatesServer + 5, LogLevel.Warning,
        "a request from {Address} is none of Omaha: {Problem}; it begins: {Begin}")]
    public static partial void Unreadable(ILogger log, string address, string problem, string begin);

    [LoggerMessage(EventIds.UpdatesServer + 6, LogLevel.Information,
        "{Machines} machines were silent for too long and are forgotten")]
    public static partial void Vanished(ILogger log, int machines);

    [LoggerMessage(EventIds.UpdatesServer + 7, LogLevel.Information,
        "channel {From} is promoted to {To}: {Reason}")]
    public static partial void Promoted(ILogger log, string from, string to, string reason);

    [LoggerMessage(EventIds.UpdatesServer + 8, LogLevel.Warning,
        "the bounds of machines are reached: in a minute {GaveWay} gave way to new ones and {Refused} were refused; "
        + "is somebody making machines up?")]
    public static partial void Crowded(ILogger log, long gaveWay, long refused);

    [LoggerMessage(EventIds.UpdatesServer + 9, LogLevel.Warning, "update server: {Problem}")]
    public static partial void Problem(ILogger log, string problem);

    [LoggerMessage(EventIds.UpdatesServer + 10, LogLevel.Information, "update server: schema {Old} became {New}")]
    public static partial void Migrated(ILogger log, int old, int @new);

    [LoggerMessage(EventIds.UpdatesServer + 11, LogLevel.Information,
        "update server: {Files} files that no package needs any more are taken from the shelf")]
    public static partial void Swept(ILogger log, int files);
}
