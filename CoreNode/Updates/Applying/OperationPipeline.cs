using CoreNode.Foundation;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// From verified operations to blocks in the slot: the caller adds operations in their order, threads unpack them side
/// by side, and one thread writes them in their order. Without threads the caller does all of it. What waits is
/// bounded by the arena.
/// </summary>
internal sealed class OperationPipeline
{
    // Guards all fields below; whoever changes one wakes the others.
    private readonly object _gate = new();
    private readonly WorkArena _arena;
    private readonly Queue<WorkItem> _toMake = new();
    private readonly Queue<WorkItem> _toWrite = new();
    private readonly ApplyTools _tools;
    private readonly BlockWriter _writer;
    private readonly IBlockDevice? _source;
    private readonly Action<long> _progress;
    private readonly List<Thread> _threads = [];
    private TaskCompletionSource? _moved;
    private Exception? _fault;
    private bool _isOver;

    /// <summary>Ready for operations.</summary>
    /// <param name="tools">What to do it with.</param>
    /// <param name="writer">Writes slot and kernel; used by one thread of this.</param>
    /// <param name="source">The slot that holds the old image; null without.</param>
    /// <param name="progress">Told the payload's bytes that are done, on the writing thread.</param>
    /// <param name="heldBytes">What the manifest takes of the memory that there is.</param>
    public OperationPipeline(
        ApplyTools tools, BlockWriter writer, IBlockDevice? source, Action<long> progress, int heldBytes)
    {
        _tools = tools;
        _arena = new WorkArena(heldBytes);
        _writer = writer;
        _source = source;
        _progress = progress;
        if (tools.Threads == 0)
            return;
        // Each thread that unpacks keeps a codec's memory.
        int makers = _arena.IsLean ? 1 : tools.Threads;
        for (int i = 0; i < makers; i++)
            Start(Make, "update-unpack");
        Start(Write, "update-write");
    }

    /// <summary>Takes the reader's operation; waits until there is room for it.</summary>
    /// <exception cref="ApplyException">This or an earlier one failed.</exception>
    public async Task AddAsync(PayloadReader reader, CancellationToken cancellation)
    {
        int bytes = WorkItem.BytesOf(reader.Operation!);
        WorkRegion? region = null;
        while (region is null)
        {
            Task? moved = null;
            lock (_gate)
            {
                ThrowIfFailed();
                region = _arena.TryTake(bytes);
                if (region is null)
                    moved = NextMove();
            }

            if (moved is not null)
                await moved.WaitAsync(cancellation);
        }

        bool isKernel = reader.Partition!.Name == PartitionUpdate.Kernel;
        WorkItem item = new(reader.Operation!, region, isKernel, reader.Position, reader.FileOffset);
        reader.Data.CopyTo(item.Data);
        ReadSource(item);
        if (_tools.Threads == 0)
        {
            Produce(item);
            WriteOne(item);
            _arena.Return(region);
            return;
        }

        lock (_gate)
        {
            _toMake.Enqueue(item);
            _toWrite.Enqueue(item);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until all that was added is written, and ends the threads.</summary>
    /// <exception cref="ApplyException">One failed.</exception>
    public async Task FinishAsync()
    {
        try
        {
            while (true)
            {
                Task moved;
                lock (_gate)
                {
                    ThrowIfFailed();
                    if (_toWrite.Count == 0)
                        return;
                    moved = NextMove();
                }

                await moved;
            }
        }
        finally
        {
            End();
        }
    }

    /// <summary>Ends the threads; what is not written yet is dropped.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Start(Action work, string name)
    {
        Thread thread = new(() => Guard(work)) { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception fault)
        {
            lock (_gate)
            {
                _fault ??= fault;
                _isOver = true;
                Move();
            }
        }
    }

    private void Make()
    {
        while (NextToMake() is { } item)
        {
            Produce(item);
            lock (_gate)
            {
                item.IsMade = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private WorkItem? NextToMake()
    {
        lock (_gate)
        {
            while (!_isOver && _toMake.Count == 0)
                Monitor.Wait(_gate);
            return _isOver ? null : _toMake.Dequeue();
        }
    }

    private void Write()
    {
        while (NextToWrite() is { } item)
        {
            WriteOne(item);
            lock (_gate)
            {
                _toWrite.Dequeue();
                _arena.Return(item.Region);
                Move();
            }
        }
    }

    private WorkItem? NextToWrite()
    {
        lock (_gate)
        {
            while (!_isOver && (_toWrite.Count == 0 || !_toWrite.Peek().IsMade))
                Monitor.Wait(_gate);
            return _isOver ? null : _toWrite.Peek();
        }
    }

    private void Produce(WorkItem item)
    {
        if (OperationExecution.IsFilled(item.Operation.Type))
            return;
        PayloadFault? fault = OperationExecution.TryProduce(
            item.Operation, item.Data, item.Source, _tools.Codecs, _tools.Hashes, item.Output);
        if (fault is not null)
            throw new ApplyException(ApplyFault.Of(fault));
    }

    private void WriteOne(WorkItem item)
    {
        if (!_writer.Write(item))
            throw new OperationCanceledException("the work was stopped");
        _progress(item.FileOffset);
    }

    private void ReadSource(WorkItem item)
    {
        if (item.Operation.SourceExtents.Length == 0)
            return;
        Invariant.That(_source is not null, "a payload that reads the old image is refused without one");
        Span<byte> rest = item.Source;
        try
        {
            foreach (Extent extent in item.Operation.SourceExtents)
            {
                int bytes = checked((int)extent.Count * PayloadLimits.BlockSizeBytes);
                _source.Read(checked((long)extent.Start * PayloadLimits.BlockSizeBytes), rest[..bytes]);
                rest = rest[bytes..];
            }
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                ApplyCodes.SourceRead, $"the running slot cannot be read: {failed.Message}; look at the disk", failed);
        }
    }

    // The next three are called under the lock.
    private Task NextMove() =>
        (_moved ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Move()
    {
        _moved?.TrySetResult();
        _moved = null;
        Monitor.PulseAll(_gate);
    }

    private void ThrowIfFailed()
    {
        switch (_fault)
        {
            case null:
                return;
            case ApplyException known:
                throw new ApplyException(known.Fault, known);
            case OperationCanceledException stopped:
                throw new OperationCanceledException(stopped.Message, stopped);
            default:
                throw new ApplyException(ApplyCodes.Error, $"an operation failed: {_fault.Message}", _fault);
        }
    }
}
