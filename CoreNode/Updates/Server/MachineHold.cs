namespace CoreNode.Updates.Server;

/// <summary>Why a machine has no update now, as it would be told if it asked.</summary>
/// <param name="Reason">One of Omaha's hold reasons.</param>
/// <param name="Text">For people.</param>
/// <param name="Until">When it is likely to get one; null if nobody knows.</param>
public sealed record MachineHold(string Reason, string Text, DateTimeOffset? Until);
