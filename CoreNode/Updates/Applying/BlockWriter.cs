using CoreNode.Platform.Blocks;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// Writes blocks to a slot and the kernel beside it, but only those that they do not hold already, and keeps the
/// checkpoint. One thread.
/// </summary>
internal sealed class BlockWriter : IDisposable
{
    private const int BlockBytes = PayloadLimits.BlockSizeBytes;
    private const int PieceBytes = 256 << 10;

    private readonly IBlockDevice _slot;
    private readonly KernelFile? _kernel;
    private readonly CheckpointFiles _checkpoint;
    private readonly ApplyTools _tools;
    private readonly WorkControl _control;
    private readonly DurableSaves _saves;
    private readonly byte[] _there = new byte[PieceBytes];
    private readonly byte[] _zeros = new byte[PieceBytes];
    private PayloadPosition? _last;
    private PayloadPosition? _begun;
    private long _sinceSync;
    private long _syncedAt;

    public BlockWriter(
        IBlockDevice slot, KernelFile? kernel, CheckpointFiles checkpoint, ApplyTools tools, WorkControl control)
    {
        _slot = slot;
        _kernel = kernel;
        _checkpoint = checkpoint;
        _tools = tools;
        _control = control;
        _saves = new DurableSaves(slot, kernel, checkpoint, hasThread: tools.Threads > 0);
        _syncedAt = tools.Time.GetTimestamp();
    }

    /// <summary>Bytes that were written.</summary>
    public long Written { get; private set; }

    /// <summary>Bytes that were there already.</summary>
    public long Skipped { get; private set; }

    /// <summary>Writes what an operation made. False if the work was stopped in the middle of it.</summary>
    public bool Write(WorkItem item)
    {
        IBlockDevice target = item.IsKernel ? _kernel! : _slot;
        if (OperationExecution.IsFilled(item.Operation.Type))
        {
            foreach (Extent extent in item.Operation.DestinationExtents)
            {
                if (!WriteZeros(target, extent))
                    return false;
            }
        }
        else
        {
            ReadOnlySpan<byte> output = item.Output;
            foreach (Extent extent in item.Operation.DestinationExtents)
            {
                int bytes = checked((int)extent.Count * BlockBytes);
                if (!WriteChanged(target, checked((long)extent.Start * BlockBytes), output[..bytes]))
                    return false;
                output = output[bytes..];
            }
        }

        Done(item.After);
        return true;
    }

    /// <summary>Makes all that was written durable and says so.</summary>
    public void Save()
    {
        BeginSave();
        _saves.Wait();
    }

    /// <inheritdoc/>
    public void Dispose() => _saves.Dispose();

    private void BeginSave()
    {
        if (_last is null || ReferenceEquals(_last, _begun))
            return;
        _saves.Begin(_last);
        _begun = _last;
        _sinceSync = 0;
        _syncedAt = _tools.Time.GetTimestamp();
    }

    private void Done(PayloadPosition position)
    {
        _last = position;
        try
        {
            _checkpoint.SaveNow(position);
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                ApplyCodes.Checkpoint, $"how far the update came cannot be kept: {failed.Message}", failed);
        }

        if (_sinceSync >= _tools.SyncBytes || _tools.Time.GetElapsedTime(_syncedAt) >= _tools.SyncPause)
            BeginSave();
    }

    private bool WriteZeros(IBlockDevice target, Extent extent)
    {
        long at = checked((long)extent.Start * BlockBytes);
        long end = checked(at + ((long)extent.Count * BlockBytes));
        for (; at < end; at += PieceBytes)
        {
            if (!WriteChanged(target, at, _zeros.AsSpan(0, (int)Math.Min(PieceBytes, end - at))))
                return false;
        }

        return true;
    }

    private bool WriteChanged(IBlockDevice target, long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            while (!data.IsEmpty)
            {
                ReadOnlySpan<byte> piece = data[..Math.Min(PieceBytes, data.Length)];
                Span<byte> there = _there.AsSpan(0, piece.Length);
                target.Read(offset, there);
                if (!WriteDifferent(target, offset, piece, there))
                    return false;
                data = data[piece.Length..];
                offset += piece.Length;
            }

            return true;
        }
        catch (IOException failed) when (failed is not ApplyException)
        {
            throw new ApplyException(
                ApplyCodes.Write, $"writing to {target.Path} failed: {failed.Message}; look at the disk", failed);
        }
    }

    private bool WriteDifferent(
        IBlockDevice target, long offset, ReadOnlySpan<byte> piece, ReadOnlySpan<byte> there)
    {
        int at = 0;
        while (at < piece.Length)
        {
            int same = piece[at..].CommonPrefixLength(there[at..]) / BlockBytes * BlockBytes;
            Skipped += same;
            at += same;
            int end = at;
            while (end < piece.Length
                && !piece.Slice(end, BlockBytes).SequenceEqual(there.Slice(end, BlockBytes)))
            {
                end += BlockBytes;
            }

            if (end == at)
                continue;
            if (!_control.WaitForDisk(end - at))
                return false;
            target.Write(offset + at, piece[at..end]);
            Written += end - at;
            _sinceSync += end - at;
            at = end;
        }

        return true;
    }
}
