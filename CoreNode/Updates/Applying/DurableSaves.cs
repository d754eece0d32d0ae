using CoreNode.Platform.Blocks;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// Makes durable what was written, then says so in the checkpoint; on a thread of its own, so that the next operations
/// are written meanwhile, or on the caller's. One save at a time: so no more than two of them are ever not durable.
/// </summary>
internal sealed class DurableSaves : IDisposable
{
    private readonly IBlockDevice _slot;
    private readonly KernelFile? _kernel;
    private readonly CheckpointFiles _checkpoint;
    private readonly Thread? _thread;

    // Guards the fields below; whoever changes one wakes the others.
    private readonly object _gate = new();
    private PayloadPosition? _wanted;
    private Exception? _fault;
    private bool _isOver;

    public DurableSaves(IBlockDevice slot, KernelFile? kernel, CheckpointFiles checkpoint, bool hasThread)
    {
        _slot = slot;
        _kernel = kernel;
        _checkpoint = checkpoint;
        if (!hasThread)
            return;
        _thread = new Thread(Run) { IsBackground = true, Name = "update-sync" };
        _thread.Start();
    }

    /// <summary>What was written up to there is to be durable; waits only for an earlier one.</summary>
    /// <exception cref="ApplyException">An earlier one failed.</exception>
    public void Begin(PayloadPosition position)
    {
        if (_thread is null)
        {
            Save(position);
            return;
        }

        Wait();
        lock (_gate)
        {
            _wanted = position;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until what was begun is durable.</summary>
    /// <exception cref="ApplyException">It failed.</exception>
    public void Wait()
    {
        lock (_gate)
        {
            while (_wanted is not null && _fault is null)
                Monitor.Wait(_gate);
            if (_fault is ApplyException known)
                throw new ApplyException(known.Fault, known);
            if (_fault is not null)
                throw new ApplyException(ApplyCodes.Error, $"a sync failed: {_fault.Message}", _fault);
        }
    }

    /// <summary>Ends the thread after what was begun.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
    }

    private void Run()
    {
        while (Next() is { } position)
        {
            Exception? fault = null;
            try
            {
                Save(position);
            }
            catch (Exception failed)
            {
                fault = failed;
            }

            lock (_gate)
            {
                _fault = fault;
                _wanted = null;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private PayloadPosition? Next()
    {
        lock (_gate)
        {
            while (!_isOver && (_wanted is null || _fault is not null))
                Monitor.Wait(_gate);
            return _fault is null ? _wanted : null;
        }
    }

    private void Save(PayloadPosition position)
    {
        try
        {
            _slot.Sync();
            _kernel?.Sync();
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                ApplyCodes.Write, $"what was written is not on the disk: {failed.Message}", failed);
        }

        try
        {
            _checkpoint.SaveDurable(position);
        }
        catch (IOException failed)
        {
            throw new ApplyException(
                ApplyCodes.Checkpoint, $"how far the update came cannot be kept: {failed.Message}", failed);
        }
    }
}
