namespace CoreNode.RebootLock;

/// <summary>A group's lock at one moment.</summary>
/// <param name="Free">How many more may take it; negative after the maximum was lowered.</param>
/// <param name="Max">How many may hold it at once.</param>
/// <param name="Holders">Who holds it, by their ids.</param>
/// <param name="Index">Store index of its last change; 0 if nobody ever took it.</param>
public sealed record LockStatus(int Free, int Max, IReadOnlyList<LockHolder> Holders, long Index);
