using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CoreNode.Api.Transport;

/// <summary>
/// Pinned blocks of 4 KiB for what is received. Keeps a bounded number for the next use: after a flood the rest goes
/// back to the collector. Any thread.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Bytes of each block.</summary>
    public const int BlockBytes = 4096;

    private const int MaxKept = 1024;

    private readonly ConcurrentQueue<Block> _kept = new();
    private int _count;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_kept.TryDequeue(out Block? block))
            return new Block(this);
        Interlocked.Decrement(ref _count);
        block.IsRented = true;
        return block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _kept.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _count) <= MaxKept)
            _kept.Enqueue(block);
        else
            Interlocked.Decrement(ref _count);
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        // Memory of a pinned array needs no handle for each system call.
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(
            GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        public bool IsRented { get; set; } = true;

        public void Dispose()
        {
            if (!IsRented)
                return;
            IsRented = false;
            pool.Return(this);
        }
    }
}
