using CoreNode.Units.Model;

namespace CoreNode.Units.Manager;

/// <summary>How starting or stopping a unit ended.</summary>
/// <param name="IsDone">The unit manager calls it done.</param>
/// <param name="Result">
/// The manager's word: done, failed, timeout, canceled, dependency, skipped (systemd's JobRemoved), or "gone" when the
/// manager went away meanwhile and it is not known.
/// </param>
/// <param name="Reason">Why not, for people; empty when done.</param>
/// <param name="States">How the unit stands now.</param>
public sealed record JobResult(bool IsDone, string Result, string Reason, UnitStates States);
