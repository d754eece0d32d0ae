using System.Text;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Simulation.Whole;

/// <summary>
/// What the update client of one machine does things by: an update server that offers one release to everybody, a
/// worker that takes its time, and checks of health that know a broken release.
/// </summary>
internal sealed class WholeUpdates(WholeCluster cluster, WholeMachine machine, TimeProvider time)
    : IUpdateServer, IUpdateWorker, IHealthChecks, IReboot, IHolds
{
    string IHolds.Reason => "";

    ServerSettings IUpdateServer.ReadSettings() => new() { Server = "http://server", Group = "stable" };

    async Task<ServerReply> IUpdateServer.CheckAsync(
        CheckRequest request, BootFacts boot, CancellationToken cancellation)
    {
        await PauseAsync(200, cancellation);
        bool isNew = cluster.Offered.Length > 0 && cluster.Offered != boot.Version;
        return new ServerReply(new CheckAnswer { Offer = isNew ? OfferOf(cluster.Offered) : null }, null);
    }

    async Task<ServerReply> IUpdateServer.PingAsync(BootFacts boot, CancellationToken cancellation)
    {
        await PauseAsync(200, cancellation);
        return new ServerReply(new CheckAnswer(), null);
    }

    Task<UpdateFailure?> IUpdateServer.TellAsync(UpdateEvent told, BootFacts boot, CancellationToken cancellation) =>
        Task.FromResult<UpdateFailure?>(null);

    Task<IWorkerRun> IUpdateWorker.StartAsync(WorkerTask task, CancellationToken cancellation)
    {
        string version = task.Url[(task.Url.LastIndexOf('/') + 1)..];
        ReleaseFacts release = new()
        {
            Version = version,
            Counter = WholeSlots.CounterOf(version),
            PayloadId = version,
        };
        Queue<WorkerReport> reports = new();
        switch (task.Kind)
        {
            case WorkerTaskKind.Metadata:
                reports.Enqueue(new WorkerReport.Metadata(release, 1000));
                break;
            case WorkerTaskKind.Apply:
                reports.Enqueue(new WorkerReport.Progress(500, 1000));
                reports.Enqueue(new WorkerReport.Applied(1000, 0, 1000));
                break;
            default:
                reports.Enqueue(new WorkerReport.Verified(Encoding.UTF8.GetBytes(version)));
                break;
        }

        return Task.FromResult<IWorkerRun>(new Run(this, reports));
    }

    async Task<HealthReport> IHealthChecks.LookAsync(CancellationToken cancellation)
    {
        await PauseAsync(100, cancellation);
        bool isInCluster = machine.IsInCluster;
        bool isWell = !cluster.IsBroken(machine.Slots.Version) || cluster.Plan.Bug == WholeBug.PassesGate;
        return new HealthReport(
            [
                new HealthCheck("node", HealthCheckKind.Node, true),
                new HealthCheck("cluster", HealthCheckKind.Cluster, isInCluster, isInCluster ? "" : "no leader"),
                new HealthCheck("disks", HealthCheckKind.Custom, isWell, isWell ? "" : "its disks are not found"),
            ],
            isInCluster ? SiteAnswer.Unknown : SiteAnswer.OthersFailToo);
    }

    async Task IReboot.RebootAsync(CancellationToken cancellation)
    {
        await PauseAsync(100, cancellation);
        machine.GoBack();
    }

    void IReboot.Announce(bool isWanted)
    {
        // Nobody else restarts this machine.
    }

    private static UpdateOffer OfferOf(string version)
    {
        byte[] hash = new byte[32];
        hash[0] = (byte)version[0];
        return new UpdateOffer
        {
            Version = version,
            Urls = [$"http://server/{version}"],
            Size = 1000,
            Sha256 = Convert.ToBase64String(hash),
            IsBackoffOff = true,
        };
    }

    private Task PauseAsync(int milliseconds, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, cancellation);

    private sealed class Run(WholeUpdates updates, Queue<WorkerReport> reports) : IWorkerRun
    {
        public async Task<WorkerReport?> NextAsync(CancellationToken cancellation)
        {
            await updates.PauseAsync(1500, cancellation);
            return reports.TryDequeue(out WorkerReport? report) ? report : null;
        }

        public void Pause(bool isPaused)
        {
            // Nothing makes it wait.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
