namespace CoreNode.Updates.Lifecycle;

/// <summary>What a check says and asks.</summary>
/// <param name="IsInteractive">True: "ondemandupdate", else "scheduler".</param>
/// <param name="IsDeltaWanted">False once deltas have failed too often.</param>
/// <param name="Event">The one event of a check: the machine's last boot.</param>
public sealed record CheckRequest(bool IsInteractive, bool IsDeltaWanted, UpdateEvent Event);
