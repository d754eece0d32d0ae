namespace CoreNode.Overlay.Desk;

/// <summary>Where people and other programs meet the overlay networks of this machine. Any thread.</summary>
public interface IOverlayDesk
{
    /// <summary>How they stand; waits for nothing.</summary>
    OverlayStatusView Status { get; }

    /// <summary>Checks a configuration and stores it for all machines, unless the order says only to check.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; it may be stored all the same.</exception>
    Task<OverlayWishResult> SetAsync(OverlayWish wish, CancellationToken cancellation);
}
