namespace CoreNode.Units.Manager;

/// <summary>How all processes of a unit are found, also such as left their session and their parent.</summary>
/// <param name="ControlGroups">
/// Absolute folders of control groups that hold, with all groups below them, processes of this unit and nothing else.
/// They are there while the unit has processes. Empty where the machine gives this program no control groups.
/// </param>
/// <param name="Mark">
/// An entry of the environment ("NAME=value") that each process of the unit was started with, and none of another unit
/// or node: what finds them without control groups; empty where those do.
/// </param>
public sealed record UnitProcesses(IReadOnlyList<string> ControlGroups, string Mark);
