using System.Runtime.InteropServices;
using CoreNode.Api;
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

    /// <summary>Who knows names; the machine's resolver, unless a test has another.</summary>
    internal INames Names { get; init; } = new SystemNames();

    /// <summary>Runs a node with the arguments after `node`.</summary>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        if (arguments.Any(a => a is "--help" or "-h" or "-?"))
        {
            await output.WriteAsync(NodeFlags.Help());
            return 0;
        }

        NodeOptionsReader reader = new(
            environment, File.ReadAllText, HasLog, OwnAddress.Find, NodeFlags.StandardFile, NodeFlags.MakerFile);
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
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            // fleetd reads its settings again and keeps its listeners; who sends it must not end a node.
            context.Cancel = true;
            logger.GoesOn();
        });
        Files.CreateFolder(options.DataFolder);
        using IDisposable folderLock = Files.TryLock(Path.Combine(options.DataFolder, "lock"))
            ?? throw new IOException(
                $"{options.DataFolder} is in use by another node; stop it, or give this one its own --data-dir");
        logger.Starting(version, options.DataFolder);
        if (options.ConfigFile.Length > 0)
            logger.OptionsRead(options.ConfigFile);
        foreach (string note in options.AddressNotes)
            logger.AddressChosen(note);
        NodeProcess process = new(manager, logs, logger, new MetricRegistry(), Files, output, version, stop.Token);
        if (options.Units.Store.Count > 0)
            return await new GuestNode(options, process).RunAsync();
        try
        {
            options = await new ClusterSearch(process, Names).FindAsync(options, HasLog(options.DataFolder));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            logger.Stopped();
            return 0;
        }

        return options.Proxy == ProxyMode.Off
            ? await new MemberNode(options, process).RunAsync()
            : await new WorkerNode(options, process).RunAsync();
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, ILogger logger, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            logger.Stopping(signal.ToString());
            stop.Cancel();
        });
}
