using CoreNode.Foundation;

namespace CoreNode.Units.Registry;

/// <summary>
/// The claim of a machine on a unit (docs/decisions/0025): while it stands, the unit may run there.
/// </summary>
/// <param name="MachineId">Whose schedule it stands in.</param>
/// <param name="Unit">Full name of the unit.</param>
/// <param name="Hash">Hash of the text to run.</param>
/// <param name="State">What to do with it.</param>
public sealed record ScheduleEntry(string MachineId, string Unit, string Hash, ScheduleState State)
{
    /// <summary>Fenced: never on two machines.</summary>
    public bool IsSingleton { get; init; }

    /// <summary>How often people asked for a restart; the agent restarts once when it sees it rise.</summary>
    public ulong Restart { get; init; }

    /// <summary>
    /// Machine that the unit is being handed over to: the unit runs here until it runs well there. What stands under
    /// its announced keys by that machine's hand is left alone. Empty: none.
    /// </summary>
    public string Successor { get; init; } = "";

    /// <summary>Index of the write that made it: the fencing token of a singleton.</summary>
    public StoreIndex CreatedIndex { get; init; }

    /// <summary>Index of its last change, for compare-and-swap and compare-and-delete.</summary>
    public StoreIndex ModifiedIndex { get; init; }
}
