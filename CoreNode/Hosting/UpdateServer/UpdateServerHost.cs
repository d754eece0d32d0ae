using System.Runtime.InteropServices;
using CoreNode.Api;
using CoreNode.Api.UpdateServer;
using CoreNode.Foundation;
using CoreNode.Pki;
using CoreNode.Platform;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Server;
using Microsoft.Extensions.Logging;
using Catalogues = CoreNode.Updates.Server.UpdateServer;

namespace CoreNode.Hosting.UpdateServer;

/// <summary>
/// `corenode update-server serve`: reads the options, opens the catalogue, serves, and runs until a signal or a fault.
/// Exit codes: 0 stopped on request, 1 failed, 2 wrong options.
/// </summary>
internal sealed class UpdateServerHost(
    TextWriter output, TextWriter error, Func<string, string?> environment, string version)
{
    /// <summary>Runs a server with the arguments after `serve`.</summary>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        if (arguments.Any(static one => one is "--help" or "-h" or "-?"))
        {
            await output.WriteAsync(UpdateServerFlags.Help());
            return 0;
        }

        ServeOptionsReader reader = new(environment, File.ReadAllText, version);
        if (reader.Read(arguments) is not { } options)
        {
            foreach (string problem in reader.Problems)
                await error.WriteLineAsync($"corenode update-server serve: {problem}");
            await error.WriteLineAsync("See `corenode update-server serve --help`.");
            return 2;
        }

        bool isJournal = environment("JOURNAL_STREAM") is { Length: > 0 };
        using ILoggerFactory logs = Logging.Create(options.LogLevel, error, isJournal);
        ILogger logger = logs.CreateLogger<UpdateServerHost>();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration terminate = OnSignal(PosixSignal.SIGTERM, logger, stop);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, logger, stop);
        try
        {
            await ServeAsync(options, logs, logger, stop.Token);
            logger.Stopped();
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault) when (fault is CorruptionException or IOException or UnauthorizedAccessException)
        {
            // The message says what, where and what to do; a stack trace would bury it.
            await error.WriteLineAsync($"{(isJournal ? "<2>" : "")}corenode update-server: {fault.Message}");
            return 1;
        }
        catch (Exception fault)
        {
            logger.UpdateServerFailed(fault);
            return 1;
        }
    }

    /// <summary>Makes a server's folder from a backup, and says what came of it.</summary>
    public static async Task<string> RestoreAsync(string backup, string folder, CancellationToken cancellation)
    {
        FileStream source = new(backup, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using (source.ConfigureAwait(false))
        {
            ParcelReport report = await Catalogues.RestoreAsync(
                folder, source, replaces: false, new RealFiles(), cancellation);
            string notes = string.Join("", report.Notes.Select(static note => $"\n{note}"));
            return $"{folder}: {report.Packages.Count} packages, {report.Files} files of them are here{notes}\n"
                + $"Start it: corenode update-server serve --data-dir {folder}";
        }
    }

    private async Task ServeAsync(
        ServeOptions options, ILoggerFactory logs, ILogger logger, CancellationToken stop)
    {
        using ServiceManager manager = new(environment("NOTIFY_SOCKET"), environment("WATCHDOG_USEC"));
        ApiServer.ConfigureProcess(1);
        logger.Starting(version, options.Server.Folder);
        MetricRegistry metrics = new();
        NodeMetrics.Register(metrics, version);
        using Catalogues server = Catalogues.Open(options.Server, new UpdateServerTools
        {
            Files = new RealFiles(),
            Time = TimeProvider.System,
            Trust = () => TrustFolder.Read(options.KeysFolder).Keys,
            Upstream = UpstreamServers.Of(version, environment),
            Metrics = metrics,
            Log = logs.CreateLogger<Catalogues>(),
        });
        if (Directory.Exists(options.KeysFolder) || File.Exists(options.KeysFolder))
            logger.TakesPackagesOf(options.KeysFolder);
        else
            logger.TakesNoPackages(options.KeysFolder);
        ApiOptions http = options.Api with
        {
            UnixSocketPath = await UnixSocketPath.PrepareAsync(options.UnixSocket, "unix-socket", logger, stop),
            Certificates = options.Tls is null
                ? null
                : new CertificateSource(
                    options.Tls, CertificateUse.Clients, metrics, TimeProvider.System,
                    logs.CreateLogger<CertificateSource>()),
        };
        UpdateServerApi api = new(http, options.Settings, server, metrics, TimeProvider.System, logs);
        await using (api.ConfigureAwait(false))
        {
            await api.StartAsync(stop);
            manager.Ready($"serving on {string.Join(' ', api.BoundUrls)}");
            await RunAsync(api, server, manager, logger, stop);
        }
    }

    // Until it is to stop, or its database has failed: then nothing is acknowledged any more, and systemd starts anew.
    private static async Task RunAsync(
        UpdateServerApi api, Catalogues server, ServiceManager manager, ILogger logger, CancellationToken stop)
    {
        long rounds = 0;
        Task counting = CountAsync(server, () => Interlocked.Increment(ref rounds), manager, stop);
        Task watchdog = Watchdog.RunAsync(
            manager, () => Interlocked.Read(ref rounds), TimeProvider.System, logger, stop);
        Task trimming = IdleTrim.RunAsync(TimeProvider.System, stop);
        Task following = UpstreamServers.FollowAsync(server, TimeProvider.System, stop);
        await Task.WhenAny(server.Ended, Task.Delay(Timeout.Infinite, stop));
        manager.Stopping();
        await api.StopAsync(CancellationToken.None);
        if (server.Ended.IsCompleted)
            await server.Ended;
        await Task.WhenAll(counting, watchdog, trimming, following);
    }

    // A catalogue that does not answer is one that hangs; full disks it tells of.
    private static async Task CountAsync(
        Catalogues server, Action count, ServiceManager manager, CancellationToken stop)
    {
        if (manager.WatchdogInterval is not { } interval)
            return;
        using PeriodicTimer timer = new(interval / 4);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                try
                {
                    await server.GetStandingAsync(stop);
                }
                catch (CatalogueException)
                {
                    // It answers, if only with no.
                }

                count();
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, ILogger logger, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            logger.Stopping(signal.ToString());
            stop.Cancel();
        });
}
