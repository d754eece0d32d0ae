using CoreNode.Updates.Desk;

namespace CoreNode.Updates.Client;

/// <summary>What is told of the updates, for whoever looks or waits. Any thread.</summary>
internal sealed class StatusBoard
{
    private readonly Lock _gate = new(); // all fields
    private UpdateStatusView _status = new();
    private UpdateHistoryView _history = UpdateHistoryView.Empty;
    private TaskCompletionSource<UpdateStatusView> _change = New();

    /// <summary>The status.</summary>
    public UpdateStatusView Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    /// <summary>The history.</summary>
    public UpdateHistoryView History
    {
        get
        {
            lock (_gate)
                return _history;
        }
    }

    /// <summary>As <see cref="IUpdateDesk.WaitForChangeAsync"/>.</summary>
    public Task<UpdateStatusView> WaitForChangeAsync(long known, CancellationToken cancellation)
    {
        lock (_gate)
            return _status.Number != known ? Task.FromResult(_status) : _change.Task.WaitAsync(cancellation);
    }

    /// <summary>Nothing can be done yet, and why.</summary>
    public void Refuse(string reason) => Publish(Status with { Reason = reason }, null, isToBeTold: true);

    /// <summary>Shows it; who waits is told if it is to be told, or if more than its progress is new.</summary>
    /// <param name="status">The status; its number does not count.</param>
    /// <param name="history">The history; null: as before.</param>
    /// <param name="isToBeTold">True if progress is to be told, too.</param>
    public void Publish(UpdateStatusView status, UpdateHistoryView? history, bool isToBeTold)
    {
        lock (_gate)
        {
            _history = history ?? _history;
            UpdateStatusView same = status with
            {
                Number = _status.Number,
                Progress = _status.Progress,
                BytesDone = _status.BytesDone,
                BytesTotal = _status.BytesTotal,
                // Of two clocks that are read one after the other.
                NextAt = Math.Abs(status.NextAt - _status.NextAt) <= 1 ? _status.NextAt : status.NextAt,
                AgainAt = Math.Abs(status.AgainAt - _status.AgainAt) <= 1 ? _status.AgainAt : status.AgainAt,
            };
            bool isChanged = isToBeTold || history is not null || same != _status;
            _status = status with { Number = _status.Number + (isChanged ? 1 : 0) };
            if (!isChanged)
                return;
            _change.SetResult(_status);
            _change = New();
        }
    }

    private static TaskCompletionSource<UpdateStatusView> New() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
