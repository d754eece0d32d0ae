using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;
using VersionOrder = CoreNode.Updates.Omaha.VersionOrder;

namespace CoreNode.Updates.Client;

/// <summary>
/// Carries out one step of the lifecycle by the ports, and tells what comes of it as facts. One step at a time.
/// </summary>
internal sealed class StepRunner(
    UpdatePorts ports, UpdateClientOptions options, TimeProvider bootClock,
    Func<UpdateFact, CancellationToken, ValueTask> tell)
{
    private readonly OwnThread _disk = new(options.HasNoThreads);

    // What the worker gave when it had verified the slot: written by the step after that one.
    private ReadOnlyMemory<byte> _slotMetadata;
    private string _slotMetadataOf = "";

    /// <summary>Does it to its end; the last fact that it told ends the step.</summary>
    /// <exception cref="IOException">What does it failed; see <see cref="CodeOf"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(UpdateStep step, BootFacts boot, PauseSwitch pause, CancellationToken cancellation)
    {
        UpdateFact end = step.Kind switch
        {
            UpdateStepKind.Check => Answered(step, await ports.Server.CheckAsync(step.Request!, boot, cancellation)),
            UpdateStepKind.Ping => Answered(step, await ports.Server.PingAsync(boot, cancellation)),
            UpdateStepKind.FetchMetadata => await WorkAsync(step, WorkerTaskKind.Metadata, boot, pause, cancellation),
            UpdateStepKind.Prepare => await PrepareAsync(step, cancellation),
            UpdateStepKind.Apply => await WorkAsync(step, WorkerTaskKind.Apply, boot, pause, cancellation),
            UpdateStepKind.Verify => await WorkAsync(step, WorkerTaskKind.Verify, boot, pause, cancellation),
            UpdateStepKind.Finalize => await FinalizeAsync(step),
            UpdateStepKind.SwitchSlot => await OnDiskAsync(step, () => ports.Slots.SwitchTo(step.Slot)),
            UpdateStepKind.Unmark => await OnDiskAsync(step, () => ports.Slots.KeepRunning(step.Slot)),
            UpdateStepKind.JudgeHealth => await JudgeAsync(step, cancellation),
            UpdateStepKind.MarkGood => await MarkGoodAsync(step),
            UpdateStepKind.Reboot => await RebootAsync(step, cancellation),
            UpdateStepKind.Wait or UpdateStepKind.Report => throw new ArgumentOutOfRangeException(
                nameof(step), step.Kind, "nothing is to be done for it"),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "no such step"),
        };
        await tell(end, cancellation);
    }

    /// <summary>The code of a step that failed without one.</summary>
    public static UpdateError CodeOf(UpdateStepKind kind) => kind switch
    {
        UpdateStepKind.Prepare => UpdateError.InstallDeviceOpen,
        UpdateStepKind.Finalize or UpdateStepKind.SwitchSlot or UpdateStepKind.Unmark or UpdateStepKind.MarkGood =>
            UpdateError.SetBootableFlag,
        UpdateStepKind.Check or UpdateStepKind.Ping => UpdateError.OmahaRequest,
        _ => UpdateError.Error,
    };

    private static UpdateFact Answered(UpdateStep step, ServerReply reply) => reply.Answer is { } answer
        ? new UpdateFact.CheckAnswered(step.Number, answer)
        : new UpdateFact.StepFailed(step.Number, reply.Failure!);

    private async Task<UpdateFact> OnDiskAsync(UpdateStep step, Action change)
    {
        await _disk.RunAsync(change);
        return new UpdateFact.Finalized(step.Number);
    }

    private async Task<UpdateFact> PrepareAsync(UpdateStep step, CancellationToken cancellation)
    {
        // Before anything is changed: what is broken now is not held against the new version.
        HealthReport health = await ports.Health.LookAsync(cancellation);
        await _disk.RunAsync(() => ports.Slots.Clear(step.Slot));
        return new UpdateFact.Prepared(step.Number, health.Checks);
    }

    private async Task<UpdateFact> FinalizeAsync(UpdateStep step)
    {
        bool isKnown = _slotMetadataOf.Length > 0 && _slotMetadataOf == step.Release?.PayloadId;
        if (!isKnown)
        {
            // The lifecycle reads a slot back again before it marks it, after a restart, too.
            return new UpdateFact.StepFailed(step.Number, new UpdateFailure(
                UpdateError.NewPartitionInfo, "what the slot is to say of itself is not known: it was not read back"));
        }

        return await OnDiskAsync(step, () => ports.Slots.MakeNext(step.Slot, _slotMetadata));
    }

    private async Task<UpdateFact> MarkGoodAsync(UpdateStep step)
    {
        await _disk.RunAsync(() => ports.Slots.MarkGood(step.Slot));
        return new UpdateFact.MarkedGood(step.Number);
    }

    private async Task<UpdateFact> JudgeAsync(UpdateStep step, CancellationToken cancellation)
    {
        while (true)
        {
            HealthReport report = await ports.Health.LookAsync(cancellation);
            await tell(new UpdateFact.HealthSeen(step.Number, report), cancellation);
            await Task.Delay(options.HealthInterval, bootClock, cancellation);
        }
    }

    private async Task<UpdateFact> RebootAsync(UpdateStep step, CancellationToken cancellation)
    {
        await _disk.RunAsync(() => ports.Slots.SwitchTo(step.Slot));
        await ports.Reboot.RebootAsync(cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, bootClock, cancellation);
        throw new OperationCanceledException(cancellation);
    }

    private async Task<UpdateFact> WorkAsync(
        UpdateStep step, WorkerTaskKind kind, BootFacts boot, PauseSwitch pause, CancellationToken cancellation)
    {
        await pause.WaitAsync(cancellation);
        IWorkerRun run = await ports.Worker.StartAsync(TaskOf(step, kind, boot), cancellation);
        await using (run.ConfigureAwait(false))
        {
            pause.Listen(run.Pause);
            try
            {
                while (await run.NextAsync(cancellation) is { } report)
                {
                    if (await TakeAsync(step, kind, report, boot, cancellation) is { } end)
                        return end;
                }
            }
            finally
            {
                pause.Listen(null);
            }
        }

        return new UpdateFact.StepFailed(step.Number, new UpdateFailure(
            UpdateError.Error, "the process that fetches and writes ended without saying why: see the log"));
    }

    private async Task<UpdateFact?> TakeAsync(
        UpdateStep step, WorkerTaskKind kind, WorkerReport report, BootFacts boot, CancellationToken cancellation)
    {
        switch (report)
        {
            case WorkerReport.Progress progress:
                // Reading back has no progress of its own in the lifecycle.
                if (kind != WorkerTaskKind.Verify)
                    await tell(new UpdateFact.Progressed(step.Number, progress.Done, progress.Total), cancellation);
                return null;
            case WorkerReport.Metadata read when kind == WorkerTaskKind.Metadata:
                bool isOlder = VersionOrder.Compare(read.Release.Version, boot.Version) < 0;
                return new UpdateFact.MetadataRead(step.Number, read.Release with { IsOlderThanRunning = isOlder });
            case WorkerReport.Applied when kind == WorkerTaskKind.Apply:
                return new UpdateFact.Applied(step.Number);
            case WorkerReport.Verified verified when kind == WorkerTaskKind.Verify:
                _slotMetadata = verified.SlotMetadata;
                _slotMetadataOf = step.Release?.PayloadId ?? "";
                return new UpdateFact.Verified(step.Number);
            case WorkerReport.Failed failed:
                return new UpdateFact.StepFailed(step.Number, failed.Failure);
            default:
                return null;
        }
    }

    private static WorkerTask TaskOf(UpdateStep step, WorkerTaskKind kind, BootFacts boot)
    {
        UpdateOffer offer = step.Offer!;
        // Reading back fetches nothing but the metadata, from where the payload came.
        string url = step.Url.Length > 0 ? step.Url : offer.Urls[0];
        return new WorkerTask(kind, url, step.Slot.Length > 0 ? step.Slot : boot.OtherSlot)
        {
            RunningSlot = boot.Slot,
            Size = offer.Size,
            Sha256 = offer.Sha256.Length == 0 ? "" : Convert.ToHexStringLower(Convert.FromBase64String(offer.Sha256)),
            MetadataSha256 = step.Release?.PayloadId ?? "",
            IsResumed = step.IsResumed,
        };
    }
}
