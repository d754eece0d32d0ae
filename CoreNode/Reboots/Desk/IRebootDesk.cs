namespace CoreNode.Reboots.Desk;

/// <summary>
/// Where people and other programs meet the reboots of this machine. Any thread; nothing of it waits for a disk, the
/// store or the machine.
/// </summary>
public interface IRebootDesk
{
    /// <summary>How it stands; each later one has another <see cref="RebootStatusView.Number"/>.</summary>
    RebootStatusView Status { get; }

    /// <summary>
    /// Takes an order, or says why not. Done as soon as it is begun and durable: how it goes on is in the status.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the order may be done all the same.</exception>
    Task<RebootWishResult> OrderAsync(RebootWish wish, CancellationToken cancellation);
}
