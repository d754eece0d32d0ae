using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Cluster.Leading;

/// <summary>Log lines of the machines' leases.</summary>
internal static partial class LeaseLog
{
    [LoggerMessage(EventIds.Cluster + 30, LogLevel.Information,
        "this member decides for the machines in term {Term}; it waits {WaitSeconds} s for those it does not hear of")]
    internal static partial void TermBegan(this ILogger logger, Term term, double waitSeconds);

    [LoggerMessage(EventIds.Cluster + 31, LogLevel.Information,
        "this member decides for the machines no more: term {Term} is over")]
    internal static partial void TermEnded(this ILogger logger, Term term);

    [LoggerMessage(EventIds.Cluster + 32, LogLevel.Information,
        "machine {MachineId} holds a lease of {LeaseSeconds} s")]
    internal static partial void LeaseGranted(this ILogger logger, string machineId, double leaseSeconds);

    [LoggerMessage(EventIds.Cluster + 33, LogLevel.Information, "machine {MachineId} gave its lease back")]
    internal static partial void LeaseReleased(this ILogger logger, string machineId);

    [LoggerMessage(EventIds.Cluster + 34, LogLevel.Warning,
        "a second machine calls itself {MachineId} and is refused: give one of the two another id (--machine-id, or "
        + "/etc/machine-id)")]
    internal static partial void DuplicateMachine(this ILogger logger, string machineId);
}
