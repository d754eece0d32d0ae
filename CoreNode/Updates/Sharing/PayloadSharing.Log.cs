using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Sharing;

public sealed partial class PayloadSharing
{
    [LoggerMessage(EventIds.UpdatesSharing + 0, LogLevel.Information, "payload {Sha256}: bytes come from {Source}")]
    private partial void LogSource(string sha256, string source);

    [LoggerMessage(EventIds.UpdatesSharing + 1, LogLevel.Information,
        "payload {Sha256}: this node keeps it for the others of its cluster (slot {Slot})")]
    private partial void LogKeeps(string sha256, int slot);

    [LoggerMessage(EventIds.UpdatesSharing + 2, LogLevel.Information,
        "payload {Sha256} is not kept here for others any more: {Reason}")]
    private partial void LogNotKept(string sha256, string reason);

    [LoggerMessage(EventIds.UpdatesSharing + 3, LogLevel.Information,
        "machine {MachineId} sends no payload now: {Reason}")]
    private partial void LogPeer(string machineId, string reason);

    [LoggerMessage(EventIds.UpdatesSharing + 4, LogLevel.Warning,
        "machine {MachineId} sent bytes of payload {Sha256} that are not those that were signed: it is not asked for "
        + "them again; look at its disk")]
    private partial void LogWrong(string machineId, string sha256);
}
