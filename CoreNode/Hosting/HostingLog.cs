using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>Log lines of the process as a whole.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventIds.Hosting + 1, LogLevel.Information, "corenode {Version} starts, data in {Folder}")]
    internal static partial void Starting(this ILogger logger, string version, string folder);

    [LoggerMessage(EventIds.Hosting + 2, LogLevel.Information, "options are read from {File}")]
    internal static partial void OptionsRead(this ILogger logger, string file);

    [LoggerMessage(EventIds.Hosting + 3, LogLevel.Information, "{Signal}: stopping")]
    internal static partial void Stopping(this ILogger logger, string signal);

    [LoggerMessage(EventIds.Hosting + 35, LogLevel.Information,
        "SIGHUP: the node goes on as it is; certificates and keys are read anew by themselves, everything else at a "
        + "restart")]
    internal static partial void GoesOn(this ILogger logger);

    [LoggerMessage(EventIds.Hosting + 4, LogLevel.Information, "stopped")]
    internal static partial void Stopped(this ILogger logger);

    [LoggerMessage(EventIds.Hosting + 5, LogLevel.Critical, "the node cannot go on")]
    internal static partial void Failed(this ILogger logger, Exception fault);

    [LoggerMessage(EventIds.Hosting + 6, LogLevel.Warning, "no unix socket at {Path}: {Reason}")]
    internal static partial void NoUnixSocket(this ILogger logger, string path, string reason);

    [LoggerMessage(EventIds.Hosting + 8, LogLevel.Critical, "this member takes part no more: {Reason}. {WhatToDo}")]
    internal static partial void StoppedForGood(this ILogger logger, string reason, string whatToDo);

    [LoggerMessage(EventIds.Hosting + 9, LogLevel.Warning,
        "--force-new-cluster: this member is the only one of the new cluster {ClusterId}, with all up to index {Last}, "
        + "of which {Uncertain} entries may not have been acknowledged; left behind: {Others}. Start it without the "
        + "flag next time")]
    internal static partial void NewCluster(
        this ILogger logger, string clusterId, ulong last, ulong uncertain, string others);

    [LoggerMessage(EventIds.Hosting + 10, LogLevel.Information,
        "--force-new-cluster: nothing to do, this member is alone")]
    internal static partial void NoNewCluster(this ILogger logger);

    [LoggerMessage(EventIds.Hosting + 29, LogLevel.Error,
        "no peer listener, so other nodes cannot ask this worker: {Reason}")]
    internal static partial void NoPeerListener(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Hosting + 7, LogLevel.Warning, "the store's loop does not answer: the watchdog is not fed")]
    internal static partial void LoopSilent(this ILogger logger);

    [LoggerMessage(EventIds.Hosting + 30, LogLevel.Information, "units of this machine are run by {Manager}: {Reason}")]
    internal static partial void UnitManagerChosen(this ILogger logger, string manager, string reason);

    [LoggerMessage(EventIds.Hosting + 32, LogLevel.Information,
        "units are served on {Urls}; their store is the etcd at {Store}")]
    internal static partial void ServesAsGuest(this ILogger logger, string urls, string store);

    [LoggerMessage(EventIds.Hosting + 58, LogLevel.Error,
        "the overlay networks broke off, and start anew in {Seconds} s; what the kernel has goes on")]
    internal static partial void OverlayFailed(this ILogger logger, Exception fault, double seconds);

    [LoggerMessage(EventIds.Hosting + 31, LogLevel.Error, "the module units broke off, and starts anew in {Seconds} s")]
    internal static partial void UnitsFailed(this ILogger logger, Exception fault, double seconds);

    [LoggerMessage(EventIds.Hosting + 20, LogLevel.Information, "{Note}")]
    internal static partial void AddressChosen(this ILogger logger, string note);

    [LoggerMessage(EventIds.Hosting + 21, LogLevel.Information,
        "the cluster of {Where} has its members ({Members}): this machine becomes a proxy")]
    internal static partial void BecomesProxy(this ILogger logger, string where, string members);

    [LoggerMessage(EventIds.Hosting + 22, LogLevel.Information,
        "{Where} is not asked: this machine is a proxy already, with the members in {File}")]
    internal static partial void IsProxyAlready(this ILogger logger, string where, string file);

    [LoggerMessage(EventIds.Hosting + 23, LogLevel.Information,
        "{Where} is not asked: this machine is a member already")]
    internal static partial void IsMemberAlready(this ILogger logger, string where);

    [LoggerMessage(EventIds.Hosting + 24, LogLevel.Warning,
        "the peer URL {Url} is of this machine alone: members on other machines cannot reach it. Say where they can "
        + "with --listen-peer-urls and --initial-advertise-peer-urls")]
    internal static partial void PeerUrlIsLocal(this ILogger logger, string url);

    [LoggerMessage(EventIds.Hosting + 40, LogLevel.Warning, "the update's worker process says: {Line}")]
    internal static partial void WorkerComplains(this ILogger logger, string line);

    [LoggerMessage(EventIds.Hosting + 41, LogLevel.Information,
        "the update's worker process {Pid} runs in {Place}")]
    internal static partial void WorkerPlaced(this ILogger logger, string pid, string place);

    [LoggerMessage(EventIds.Hosting + 42, LogLevel.Warning, "this machine is restarted by \"{Command}\"")]
    internal static partial void Reboots(this ILogger logger, string command);

    [LoggerMessage(EventIds.Hosting + 43, LogLevel.Warning, "{File} cannot be changed: {Reason}")]
    internal static partial void NoMarker(this ILogger logger, string file, string reason);

    [LoggerMessage(EventIds.Hosting + 44, LogLevel.Error,
        "the module updates broke off, and starts anew in {Seconds} s")]
    internal static partial void UpdatesFailed(this ILogger logger, Exception fault, double seconds);

    [LoggerMessage(EventIds.Hosting + 50, LogLevel.Critical, "the update server cannot go on")]
    internal static partial void UpdateServerFailed(this ILogger logger, Exception fault);

    [LoggerMessage(EventIds.Hosting + 51, LogLevel.Information, "packages must be signed by keys of {Folder}")]
    internal static partial void TakesPackagesOf(this ILogger logger, string folder);

    [LoggerMessage(EventIds.Hosting + 52, LogLevel.Warning,
        "{Folder} is not there, so no package is taken: put the public keys there that sign releases, or name them by "
        + "--trusted-keys")]
    internal static partial void TakesNoPackages(this ILogger logger, string folder);

    [LoggerMessage(EventIds.Hosting + 53, LogLevel.Error,
        "reboots of the machine broke off, and start anew in {Seconds} s")]
    internal static partial void RebootsFailed(this ILogger logger, Exception fault, double seconds);

    [LoggerMessage(EventIds.Hosting + 54, LogLevel.Warning, "{Reason}; the machine's own command is taken")]
    internal static partial void NoLogind(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Hosting + 55, LogLevel.Warning,
        "the machine restarts through its firmware, not straight into a kernel: {Reason}")]
    internal static partial void NoKexec(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Hosting + 45, LogLevel.Information, "this machine is not updated: {Reason}")]
    internal static partial void NoUpdates(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Hosting + 49, LogLevel.Warning,
        "update payloads are not shared with the other nodes, the server is asked alone: {Reason}")]
    internal static partial void NoSharing(this ILogger logger, string reason);
}
