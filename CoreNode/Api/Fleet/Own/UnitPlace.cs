using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Api.Fleet.Own;

/// <summary>A unit on a machine, as the registry has it.</summary>
/// <param name="MachineId">The machine.</param>
/// <param name="Machine">What it says of itself; null if it is gone.</param>
/// <param name="Entry">The machine's claim on the unit; null if it has none (any more).</param>
/// <param name="State">How the unit stands there, as its agent published it; null if it did not.</param>
internal sealed record UnitPlace(string MachineId, Machine? Machine, ScheduleEntry? Entry, UnitStateRecord? State);
