using System.Diagnostics.CodeAnalysis;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>A watch on <see cref="MemoryKeyStore"/>: a queue of 100 events and a signal.</summary>
internal sealed class MemoryWatch(Action<MemoryWatch> remove, IKeyspace start) : IWatch, IWatcher
{
    private const int Capacity = 100;

    private readonly Lock _gate = new();
    private readonly Queue<KeyEvent> _queue = new();
    private TaskCompletionSource<bool>? _waiter;
    private bool _isEnded;

    public StoreIndex StartIndex { get; } = start.Index;

    public LogIndex StartAppliedIndex { get; } = start.AppliedIndex;

    public Term StartTerm { get; } = start.AppliedTerm;

    public bool IsDropped { get; private set; }

    public bool Offer(KeyEvent change)
    {
        lock (_gate)
        {
            if (_queue.Count < Capacity)
                _queue.Enqueue(change);
            else
                IsDropped = true;
            _waiter?.TrySetResult(!IsDropped);
            return !IsDropped;
        }
    }

    public bool TryRead([NotNullWhen(true)] out KeyEvent? change)
    {
        lock (_gate)
            return _queue.TryDequeue(out change);
    }

    public async ValueTask<bool> WaitAsync()
    {
        TaskCompletionSource<bool> waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_queue.Count > 0 || IsDropped || _isEnded)
                return _queue.Count > 0;
            _waiter = waiter;
        }

        return await waiter.Task;
    }

    public void Dispose()
    {
        remove(this);
        lock (_gate)
        {
            _isEnded = true;
            _waiter?.TrySetResult(false);
        }
    }
}
