namespace CoreNode.Updates.Desk;

/// <summary>
/// Where people and other programs meet the updates of this machine: HTTP, the command line behind it, and D-Bus ask
/// here. Any thread; nothing of it waits for a disk or a server.
/// </summary>
public interface IUpdateDesk
{
    /// <summary>How it stands. Never null; each later one has a higher <see cref="UpdateStatusView.Number"/>.</summary>
    UpdateStatusView Status { get; }

    /// <summary>How attempts ended.</summary>
    UpdateHistoryView History { get; }

    /// <summary>
    /// The status as soon as it has another number than <paramref name="known"/>: at once if it has. Several changes in
    /// between make one.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    Task<UpdateStatusView> WaitForChangeAsync(long known, CancellationToken cancellation);

    /// <summary>
    /// Takes an order, or says why not. Done as soon as it is begun (and durable): how it goes on is in the status,
    /// which has the order's first effect already.
    /// </summary>
    Task<UpdateOrderResult> OrderAsync(UpdateOrder order, CancellationToken cancellation);
}
