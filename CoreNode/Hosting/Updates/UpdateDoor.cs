using CoreNode.Updates.Desk;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// The desk that surfaces hold on to: the client behind it is made anew when it broke off, and there is none on a
/// machine without slots. Any thread.
/// </summary>
/// <param name="source">From where a payload is fetched; empty: none is.</param>
internal sealed class UpdateDoor(Func<string>? source = null) : IUpdateDesk
{
    private readonly Lock _gate = new(); // _desk, _none, _opened
    private IUpdateDesk? _desk;
    private UpdateStatusView _none = new() { Number = -1, Reason = "updates have not begun yet" };
    private TaskCompletionSource _opened = New();

    /// <inheritdoc/>
    public UpdateStatusView Status => Now.Desk is { } desk ? Sourced(desk.Status) : Now.None;

    /// <inheritdoc/>
    public UpdateHistoryView History => Now.Desk?.History ?? UpdateHistoryView.Empty;

    private (IUpdateDesk? Desk, UpdateStatusView None, Task Opened) Now
    {
        get
        {
            lock (_gate)
                return (_desk, _none, _opened.Task);
        }
    }

    /// <summary>From now on this desk answers.</summary>
    public void Open(IUpdateDesk desk) => Change(desk, "");

    /// <summary>From now on nobody answers, for that reason.</summary>
    public void Close(string reason) => Change(null, reason);

    /// <inheritdoc/>
    public async Task<UpdateStatusView> WaitForChangeAsync(long known, CancellationToken cancellation)
    {
        while (true)
        {
            (IUpdateDesk? desk, UpdateStatusView none, Task opened) = Now;
            if (desk is null)
            {
                if (none.Number != known)
                    return none;
                await opened.WaitAsync(cancellation);
                continue;
            }

            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task<UpdateStatusView> change = desk.WaitForChangeAsync(known, end.Token);
            Task first = await Task.WhenAny(change, opened);
            if (first == change)
                return Sourced(await change);
            await end.CancelAsync();
            await Task.WhenAny(change);
        }
    }

    /// <inheritdoc/>
    public async Task<UpdateOrderResult> OrderAsync(UpdateOrder order, CancellationToken cancellation)
    {
        (IUpdateDesk? desk, UpdateStatusView none, _) = Now;
        return desk is null
            ? new UpdateOrderResult(none, none.Reason)
            : await desk.OrderAsync(order, cancellation);
    }

    private UpdateStatusView Sourced(UpdateStatusView status) =>
        source?.Invoke() is { Length: > 0 } words ? status with { Source = words } : status;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(IUpdateDesk? desk, string reason)
    {
        lock (_gate)
        {
            // A number that neither a client nor an earlier refusal has had.
            long number = Math.Min(_none.Number, 0) - 1;
            _desk = desk;
            _none = new UpdateStatusView { Number = number, Reason = reason };
            _opened.SetResult();
            _opened = New();
        }
    }
}
