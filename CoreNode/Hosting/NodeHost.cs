using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CoreNode.Api;
using CoreNode.Api.Peers;
using CoreNode.Cluster;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>
/// `corenode node`: reads the options, takes the data folder, composes replica and HTTP surface, and runs until a
/// signal or a fault. Exit codes: 0 stopped on request, 1 failed, 2 wrong options.
/// </summary>
public sealed class NodeHost(TextWriter output, TextWriter error, Func<string, string?> environment, string version)
{
    /// <summary>Exit code of a member that stops for good; the service manager does not start it again.</summary>
    internal const int StoppedForGood = 5;

    /// <summary>Where the data folder lies; the real disk, unless a test has another.</summary>
    internal IFiles Files { get; init; } = new RealFiles();

    /// <summary>Runs a node with the arguments after `node`.</summary>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        if (arguments.Any(a => a is "--help" or "-h" or "-?"))
        {
            await output.WriteAsync(NodeFlags.Help());
            return 0;
        }

        NodeOptionsReader reader = new(environment, File.ReadAllText, HasLog);
        if (reader.Read(arguments) is not { } options)
        {
            foreach (string problem in reader.Problems)
                await error.WriteLineAsync($"corenode node: {problem}");
            await error.WriteLineAsync("See `corenode node --help`.");
            return 2;
        }

        using DevNode? dev = options.IsDev ? new DevNode() : null;
        options = dev?.Adapt(options) ?? options;
        bool isJournal = environment("JOURNAL_STREAM") is { Length: > 0 };
        using ILoggerFactory logs = Logging.Create(options.LogLevel, error, isJournal);
        ILogger logger = logs.CreateLogger<NodeHost>();
        try
        {
            return await RunAsync(options, logs, logger, cancellation);
        }
        catch (MemberStoppedException stopped)
        {
            logger.StoppedForGood(stopped.Stop.Message, stopped.Stop.WhatToDo);
            return StoppedForGood;
        }
        catch (Exception fault) when (fault is CorruptionException or IOException or UnauthorizedAccessException)
        {
            // The message says what, where and what to do; a stack trace would bury it.
            await error.WriteLineAsync($"{(isJournal ? "<2>" : "")}corenode node: {fault.Message}");
            return 1;
        }
        catch (Exception fault)
        {
            logger.Failed(fault);
            return 1;
        }
    }

    private static bool HasLog(string dataFolder)
    {
        string folder = Path.Combine(dataFolder, "raft", "wal");
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.wal").Any();
    }

    private async Task<int> RunAsync(
        NodeOptions options, ILoggerFactory logs, ILogger logger, CancellationToken cancellation)
    {
        ApiServer.ConfigureProcess(Math.Clamp(Environment.ProcessorCount / 2, 1, 8));
        using ServiceManager manager = new(environment("NOTIFY_SOCKET"), environment("WATCHDOG_USEC"));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration terminate = OnSignal(PosixSignal.SIGTERM, logger, stop);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, logger, stop);
        Files.CreateFolder(options.DataFolder);
        using IDisposable folderLock = Files.TryLock(Path.Combine(options.DataFolder, "lock"))
            ?? throw new IOException(
                $"{options.DataFolder} is in use by another node; stop it, or give this one its own --data-dir");
        logger.Starting(version, options.DataFolder);
        if (options.ForcesNewCluster)
            ForceNewCluster(Path.Combine(options.DataFolder, "raft"), logger);
        MetricRegistry metrics = new();
        PeerTransport transport = new(NodeComposition.Peers(options), metrics, TimeProvider.System, logs);
        await using ConfiguredAsyncDisposable closing = transport.ConfigureAwait(false);
        Replica replica = await Replica.StartAsync(
            NodeComposition.Replica(options), Files, TimeProvider.System, logs, transport, transport, stop.Token);
        await using (replica.ConfigureAwait(false))
        {
            NodeMetrics.Register(metrics, replica, version);
            try
            {
                await ServeAsync(options, replica, metrics, manager, logs, logger, stop.Token);
            }
            catch (MemberStoppedException)
            {
                // The replica has said why.
                return StoppedForGood;
            }
        }

        logger.Stopped();
        return 0;
    }

    // `cluster recover` without asking; where this member is alone already, there is nothing to do.
    private void ForceNewCluster(string folder, ILogger logger)
    {
        Files.CreateFolder(folder);
        OfflineReplica offline = new(Files, folder, TimeProvider.System);
        if (!offline.HasMember || offline.Inspect() is { IsAlone: true })
        {
            logger.NoNewCluster();
            return;
        }

        OfflineSummary before = offline.Inspect();
        ulong clusterId = OfflineFolders.NewClusterId();
        offline.Recover(clusterId);
        string others = string.Join(", ", before.Members.Where(m => m.Id != before.Self).Select(m => m.Name));
        logger.NewCluster(
            clusterId.ToString("x", System.Globalization.CultureInfo.InvariantCulture), before.Last.Value,
            before.Last - before.KnownCommitted, others);
    }

    private async Task ServeAsync(
        NodeOptions options, Replica replica, MetricRegistry metrics, ServiceManager manager,
        ILoggerFactory logs, ILogger logger, CancellationToken stop)
    {
        string? socket = await UnixSocketPath.PrepareAsync(options.UnixSocket, logger, stop);
        ApiServer server = new(
            NodeComposition.Api(options, socket, version), replica, replica, replica,
            new BackupSource(replica), metrics, TimeProvider.System, logs);
        await using (server.ConfigureAwait(false))
        {
            await server.StartAsync(stop);
            string urls = string.Join(' ', server.BoundUrls.Select(u => u.GetLeftPart(UriPartial.Authority)));
            manager.Ready($"serving on {urls}");
            if (options.IsDev)
                await output.WriteAsync(DevNode.Hints(server.BoundUrls, CommandName()));
            Task watchdog = Watchdog.RunAsync(manager, replica, TimeProvider.System, logger, stop);
            Task failed = replica.Completion;
            await Task.WhenAny(failed, Task.Delay(Timeout.Infinite, stop));
            manager.Stopping();
            if (failed.IsCompleted)
                await failed;
            await watchdog;
            await server.StopAsync(CancellationToken.None);
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, ILogger logger, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            logger.Stopping(signal.ToString());
            stop.Cancel();
        });

    // What the user can paste: the binary's own path, or dotnet run's form.
    private static string CommandName()
    {
        string path = Environment.ProcessPath ?? "corenode";
        return path.Contains("/bin/", StringComparison.Ordinal) && path.Contains("/net", StringComparison.Ordinal)
            ? "dotnet run --project CoreNode --"
            : path;
    }
}
