using System.Globalization;
using CoreNode.Hosting.Wiring;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Client.Slots;
using CoreNode.Updates.Omaha;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Updates;

/// <summary>Starts worker processes: with this machine's slots and keys, and the server's password.</summary>
internal sealed class UpdateWorker(
    UpdateOptions options, DiskSlots slots, Func<UpdateConfig> configuration, string folder, string key, ILogger logger)
    : IUpdateWorker
{
    private readonly WorkerGroup _group = WorkerGroup.Find(key);
    private bool _isPlaced;

    /// <summary>Where the worker asks which nodes have the payload; empty: nowhere.</summary>
    public Func<string> Share { get; init; } = static () => "";

    /// <inheritdoc/>
    public async Task<IWorkerRun> StartAsync(WorkerTask task, CancellationToken cancellation)
    {
        (int target, int running) = slots.NumbersOf(task.TargetSlot);
        UpdateConfig settings = configuration();
        WorkerJob job = new()
        {
            Step = task.Kind switch
            {
                WorkerTaskKind.Metadata => WorkerStep.Metadata,
                WorkerTaskKind.Apply => WorkerStep.Apply,
                WorkerTaskKind.Verify => WorkerStep.Verify,
                _ => throw new ArgumentOutOfRangeException(nameof(task), task.Kind, "no such task"),
            },
            Url = task.Url,
            Size = task.Size,
            Sha256 = task.Sha256,
            User = settings.User ?? "",
            Password = settings.Password ?? "",
            CaFile = options.CaFile ?? "",
            TrustFolder = options.KeysFolder,
            Disk = options.Disk!,
            Partition = target,
            SourcePartition = running,
            Kernel = BootFolder.KernelOf(options, slots.LetterOf(task.TargetSlot)),
            Checkpoint = Path.Combine(folder, "checkpoint"),
            IsResumed = task.IsResumed,
            BytesPerSecond = options.BytesPerSecond,
            MetadataSha256 = task.MetadataSha256,
            Share = Share(),
        };
        string[] command = [.. OwnProgram.Words(), WorkerHost.Command];
        return await WorkerProcess.StartAsync(
            command, pid => PlaceAsync(pid, cancellation), job, logger, _group.Leave);
    }

    private async Task PlaceAsync(int pid, CancellationToken cancellation)
    {
        string place = await _group.PlaceAsync(pid, cancellation);
        if (!_isPlaced)
            logger.WorkerPlaced(pid.ToString(CultureInfo.InvariantCulture), place);
        _isPlaced = true;
    }
}
