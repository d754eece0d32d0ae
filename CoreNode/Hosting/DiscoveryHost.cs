using System.Runtime.InteropServices;
using CoreNode.Api;
using CoreNode.Api.Limits;
using CoreNode.Api.Tokens;
using CoreNode.Cli.Discovery;
using CoreNode.Cluster;
using CoreNode.Discovery;
using CoreNode.Foundation;
using CoreNode.Pki;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting;

/// <summary>
/// `corenode discovery serve`: the token service on the store of one member that nobody can join. Exit codes: 0 stopped
/// on request, 1 failed.
/// </summary>
internal sealed class DiscoveryHost(TextWriter error, Func<string, string?> environment)
{
    // Machines that wait for others look back over what happened to all tokens meanwhile.
    private const int RememberedEvents = 20_000;

    private const int MaxHeaderBytes = 16 << 10;
    private const int MaxFormBytes = 16 << 10;

    /// <summary>Runs until a signal or a fault.</summary>
    public async Task<int> RunAsync(DiscoveryServing serving, CancellationToken cancellation)
    {
        bool isJournal = environment("JOURNAL_STREAM") is { Length: > 0 };
        using ILoggerFactory logs = Logging.Create("info", error, isJournal);
        ILogger logger = logs.CreateLogger<DiscoveryHost>();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration terminate = OnSignal(PosixSignal.SIGTERM, logger, stop);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, logger, stop);
        try
        {
            await RunAsync(serving, logs, stop.Token);
            logger.Stopped();
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault) when (fault is CorruptionException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"{(isJournal ? "<2>" : "")}corenode discovery: {fault.Message}");
            return 1;
        }
    }

    private async Task RunAsync(DiscoveryServing serving, ILoggerFactory logs, CancellationToken stop)
    {
        using ServiceManager manager = new(environment("NOTIFY_SOCKET"), environment("WATCHDOG_USEC"));
        ApiServer.ConfigureProcess(1);
        RealFiles files = new();
        files.CreateFolder(serving.DataFolder);
        using IDisposable folderLock = files.TryLock(Path.Combine(serving.DataFolder, "lock"))
            ?? throw new IOException(
                $"{serving.DataFolder} is in use by another process; stop it, or say another --data-dir");
        MetricRegistry metrics = new();
        CertificateSource? certificates = serving.CertFile is null
            ? null
            : new CertificateSource(
                new TlsFiles(serving.CertFile, serving.KeyFile!, null, false), CertificateUse.Clients, metrics,
                TimeProvider.System, logs.CreateLogger<CertificateSource>());
        Replica replica = await Replica.StartAsync(
            ReplicaOptions(serving), files, TimeProvider.System, logs, transport: null, probe: null, stop);
        await using (replica.ConfigureAwait(false))
        {
            TokenServer server = new(
                HttpOptions(serving, certificates), serving.AdvertiseUrl, replica, replica, Limits(serving), metrics,
                TimeProvider.System, logs);
            await using (server.ConfigureAwait(false))
            {
                await server.StartAsync(stop);
                manager.Ready($"serving on {string.Join(' ', server.BoundUrls)}");
                Task watchdog = Watchdog.RunAsync(
                    manager, () => replica.Rounds, TimeProvider.System, logs.CreateLogger<DiscoveryHost>(), stop);
                Task failed = replica.Completion;
                await Task.WhenAny(failed, Task.Delay(Timeout.Infinite, stop));
                manager.Stopping();
                if (failed.IsCompleted)
                    await failed;
                await watchdog;
                await server.StopAsync(CancellationToken.None);
            }
        }
    }

    private static ReplicaOptions ReplicaOptions(DiscoveryServing serving) => new()
    {
        Folder = Path.Combine(serving.DataFolder, "raft"),
        Name = "discovery",
        InitialMembers = [new InitialMember("discovery", ["http://127.0.0.1:2380"])],
        ClusterToken = "corenode-discovery",
        AdvertiseClientUrls = [.. serving.ListenUrls.Select(static url => url.GetLeftPart(UriPartial.Authority))],
        HistoryCapacity = RememberedEvents,
        Seed = Seeds.Fresh(),
    };

    private static ApiOptions HttpOptions(DiscoveryServing serving, ICertificateSource? certificates) => new()
    {
        Certificates = certificates,
        ListenClientUrls = serving.ListenUrls,
        Limits = new ApiLimits { MaxHeaderBytes = MaxHeaderBytes, MaxFormBytes = MaxFormBytes },
    };

    private static TokenLimits Limits(DiscoveryServing serving) => new()
    {
        TokenTtl = serving.TokenTtl,
        MaxTokens = serving.MaxTokens,
        TokensPerMinute = serving.TokensPerMinute,
    };

    private static PosixSignalRegistration OnSignal(PosixSignal signal, ILogger logger, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            logger.Stopping(signal.ToString());
            stop.Cancel();
        });
}
