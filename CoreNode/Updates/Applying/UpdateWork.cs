using CoreNode.Disks;
using CoreNode.Disks.Metadata;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// One job of a worker, from its first byte to its last line. Nothing is written before the signed metadata was
/// verified and is that which was judged, nor to a slot that a boot could take. One use.
/// </summary>
public sealed class UpdateWork
{
    private static readonly TimeSpan s_progressPause = TimeSpan.FromMilliseconds(250);

    private readonly WorkerJob _job;
    private readonly ApplyTools _tools;
    private readonly IPayloadSource _source;
    private readonly WorkControl _control;
    private readonly Action<WorkerLine> _tell;
    private long? _toldAt;

    /// <summary>Ready to work.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="tools">What to do it with.</param>
    /// <param name="source">The payload.</param>
    /// <param name="control">What is said meanwhile.</param>
    /// <param name="tell">Takes progress; from any thread, one call at a time.</param>
    public UpdateWork(
        WorkerJob job, ApplyTools tools, IPayloadSource source, WorkControl control, Action<WorkerLine> tell)
    {
        (_job, _tools, _source, _control, _tell) = (job, tools, source, control, tell);
    }

    /// <summary>Does it; what it came to is the last line.</summary>
    public async Task<WorkerLine> RunAsync()
    {
        try
        {
            return _job.Step switch
            {
                WorkerStep.Metadata => await ReadMetadataAsync(),
                WorkerStep.Apply => await ApplyAsync(),
                WorkerStep.Verify => await VerifyAsync(),
                _ => Failed(new ApplyFault(ApplyCodes.Error, "there is no such step")),
            };
        }
        catch (ApplyException failed)
        {
            return Failed(failed.Fault);
        }
        catch (OperationCanceledException) when (_control.Stopped.IsCancellationRequested)
        {
            return new WorkerLine.Stopped();
        }
        catch (IOException failed)
        {
            return Failed(new ApplyFault(ApplyCodes.Error, failed.Message));
        }
    }

    private static WorkerLine.Failed Failed(ApplyFault fault) => new(fault.Code, fault.Text)
    {
        IsNoNetwork = fault.IsNoNetwork,
        HttpStatus = fault.HttpStatus,
    };

    private async Task<WorkerLine> ReadMetadataAsync()
    {
        using PayloadInput input = new(_source, _control);
        using CheckpointFiles checkpoint = OpenCheckpoint();
        OpenPayload payload = await Opening(input, checkpoint).OpenAsync(mayUseKept: false);
        PayloadManifest manifest = payload.Verified.Manifest;
        // What cannot be taken here is refused before the slot loses what it holds.
        using KernelFile? kernel = KernelFile.Of(_tools, _job.Kernel, manifest);
        kernel?.CheckRoom();
        ReleaseInfo? release = manifest.Release;
        return new WorkerLine.Metadata
        {
            MetadataSha256 = Convert.ToHexStringLower(payload.Verified.MetadataSha256),
            Size = (long)payload.Verified.FileBytes,
            Beginning = payload.Verified.Header.DataStart,
            Version = release?.Version ?? "",
            Counter = release?.Counter ?? 0,
            MinimumCounter = release?.MinimumCounter ?? 0,
            Expiry = (long)Math.Min(release?.Expiry ?? 0, long.MaxValue),
            Board = release?.Board ?? "",
            AppId = release?.AppId ?? "",
            IsDelta = TargetRules.IsDelta(manifest),
        };
    }

    private async Task<WorkerLine> ApplyAsync()
    {
        using OpenSlot slot = OpenSlot(_job.Partition, BlockAccess.Write, ApplyCodes.SlotOpen);
        TargetRules.CheckSlot(_job, slot);
        using PayloadInput input = new(_source, _control);
        using CheckpointFiles checkpoint = OpenCheckpoint();
        OpenPayload payload = await Opening(input, checkpoint).OpenAsync(mayUseKept: true);
        PayloadManifest manifest = CheckJudged(payload.Verified);
        PartitionUpdate root = TargetRules.Root(manifest, slot.Device);
        using KernelFile? kernel = KernelFile.Of(_tools, _job.Kernel, manifest);
        using OpenSlot? old = TargetRules.IsDelta(manifest) ? OpenOld(root) : null;
        int next = Continue(payload.Reader, checkpoint, kernel);
        if (next > 0)
            input.Seek(payload.Reader.FileOffset);
        kernel?.Begin(next);
        Begin(slot.Device);
        using BlockWriter writer = new(slot.Device, kernel, checkpoint, _tools, _control);
        long total = (long)payload.Verified.FileBytes;
        Progress(payload.Reader.FileOffset, total);
        OperationPipeline pipeline = new(
            _tools, writer, old?.Device, done => Progress(done, total), payload.Verified.Header.ManifestBytes);
        await new PayloadApplication(payload.Reader, input, writer, pipeline, _control).RunAsync();
        CheckWhole(input, checkpoint);
        _tell(new WorkerLine.Progress(total, total));
        return new WorkerLine.Applied(writer.Written, writer.Skipped, input.Fetched);
    }

    private async Task<WorkerLine> VerifyAsync()
    {
        using OpenSlot slot = OpenSlot(_job.Partition, BlockAccess.Write, ApplyCodes.SlotOpen);
        using PayloadInput input = new(_source, _control);
        using CheckpointFiles checkpoint = OpenCheckpoint();
        OpenPayload payload = await Opening(input, checkpoint).OpenAsync(mayUseKept: true);
        PayloadManifest manifest = CheckJudged(payload.Verified);
        PartitionInfo info = TargetRules.Root(manifest, slot.Device).NewInfo;
        using KernelFile? kernel = KernelFile.Of(_tools, _job.Kernel, manifest);
        long total = (long)info.Size + (kernel?.LengthBytes ?? 0);
        if (!ReadsBack(slot.Device, info, 0, total, ApplyCodes.SlotHash))
            throw ReadBackOtherwise(slot.Device, checkpoint, ApplyCodes.SlotHash);
        if (kernel is not null)
            VerifyKernel(kernel, checkpoint, (long)info.Size, total);
        return new WorkerLine.Verified(manifest.Release?.SlotMetadata ?? []);
    }

    // It gets its name only now, and after the slot: whoever finds it finds all of it, and what belongs to it.
    private void VerifyKernel(KernelFile kernel, CheckpointFiles checkpoint, long before, long total)
    {
        try
        {
            kernel.Complete();
            if (ReadsBack(kernel, kernel.Info, before, total, ApplyCodes.KernelHash))
            {
                kernel.PutInPlace();
                return;
            }
        }
        catch (IOException failed) when (failed is not ApplyException)
        {
            checkpoint.Forget();
            throw new ApplyException(
                ApplyCodes.KernelHash,
                $"{kernel.Path} cannot be read back and put in place: {failed.Message}; it is written anew",
                failed);
        }

        kernel.Remove();
        throw ReadBackOtherwise(kernel, checkpoint, ApplyCodes.KernelHash);
    }

    private static ApplyException ReadBackOtherwise(IBlockDevice device, CheckpointFiles checkpoint, int code)
    {
        // Whatever the checkpoint says was done is not there.
        checkpoint.Forget();
        return new ApplyException(
            code,
            $"{device.Path} reads back with another hash than was written: it is written anew; if that comes again "
            + "the disk loses data");
    }

    private bool ReadsBack(IBlockDevice device, PartitionInfo info, long before, long total, int code)
    {
        try
        {
            device.Sync();
            using SlotReadBack reading = new(device, _control, done => Progress(before + done, total));
            byte[] hash = reading.Hash((long)info.Size)
                ?? throw new OperationCanceledException("the work was stopped");
            return hash.AsSpan().SequenceEqual(info.Sha256);
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                code, $"{device.Path} cannot be read back: {failed.Message}; look at the disk", failed);
        }
    }

    // What is half written must never pass for what was there before.
    private static void Begin(IBlockDevice slot)
    {
        try
        {
            if (SlotMetadataArea.Read(slot, verify: null) is not SlotMetadataReading.Absent)
                SlotMetadataArea.Clear(slot);
        }
        catch (IOException failed)
        {
            throw new ApplyException(ApplyCodes.Write, $"writing to the slot failed: {failed.Message}", failed);
        }
    }

    // The operation to go on with; 0 to begin anew.
    private int Continue(PayloadReader reader, CheckpointFiles checkpoint, KernelFile? kernel)
    {
        try
        {
            if (_job.IsResumed && checkpoint.Read() is { NextOperation: > 0 } position
                && kernel?.CanContinueAt(position.NextOperation) != false && reader.TryContinueAt(position))
            {
                return position.NextOperation;
            }

            checkpoint.Forget();
            return 0;
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                ApplyCodes.Checkpoint, $"how far an earlier run came cannot be read: {failed.Message}", failed);
        }
    }

    private PayloadManifest CheckJudged(VerifiedPayload verified)
    {
        string found = Convert.ToHexStringLower(verified.MetadataSha256);
        return found == _job.MetadataSha256 ? verified.Manifest : throw new ApplyException(
            ApplyCodes.PayloadHash, "the payload is another one than that whose metadata was judged");
    }

    private void CheckWhole(PayloadInput input, CheckpointFiles checkpoint)
    {
        if (input.FinishHash() is not { } hash || hash.AsSpan().SequenceEqual(Announced()))
            return;
        checkpoint.Forget();
        throw new ApplyException(
            ApplyCodes.PayloadHash,
            "the payload's hash is not the one that was announced: look at what this address serves");
    }

    private PayloadOpening Opening(PayloadInput input, CheckpointFiles checkpoint) =>
        new(_tools, _source, input, checkpoint, new PayloadExpectation(
            _job.Size > 0 ? (ulong)_job.Size : null, _job.Sha256.Length > 0 ? Announced() : null));

    private byte[] Announced()
    {
        bool isHash = _job.Sha256.Length == 2 * PayloadLimits.HashBytes && _job.Sha256.All(char.IsAsciiHexDigit);
        return isHash ? Convert.FromHexString(_job.Sha256) : throw new ApplyException(
            ApplyCodes.PayloadHash, "what was announced as the payload's hash is none");
    }

    private CheckpointFiles OpenCheckpoint()
    {
        try
        {
            return new CheckpointFiles(_tools.Files, _job.Checkpoint, _tools.BootId, _job.Partition);
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                ApplyCodes.Checkpoint, $"the checkpoint's folder cannot be made: {failed.Message}", failed);
        }
    }

    private OpenSlot OpenOld(PartitionUpdate root)
    {
        if (_job.SourcePartition == 0 || _job.SourcePartition == _job.Partition)
        {
            throw new ApplyException(
                ApplyCodes.SourceRead, "the payload needs the old version, and there is no slot that holds it");
        }

        OpenSlot old = OpenSlot(_job.SourcePartition, BlockAccess.Read, ApplyCodes.SourceRead);
        if (root.OldInfo is not { } info || info.Size <= (ulong)old.Device.LengthBytes)
            return old;
        old.Dispose();
        throw new ApplyException(
            (int)PayloadErrorCode.OperationHashVerification,
            $"the payload comes from an image of {info.Size} bytes, and the running slot is smaller");
    }

    private OpenSlot OpenSlot(int partition, BlockAccess access, int code)
    {
        try
        {
            return _tools.Slots(_job.Disk, partition, access);
        }
        catch (IOException failed)
        {
            throw new ApplyException(code, failed.Message, failed);
        }
    }

    private void Progress(long done, long total)
    {
        if (_toldAt is { } at && _tools.Time.GetElapsedTime(at) < s_progressPause)
            return;
        _toldAt = _tools.Time.GetTimestamp();
        _tell(new WorkerLine.Progress(done, total));
    }
}
