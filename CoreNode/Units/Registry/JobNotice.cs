namespace CoreNode.Units.Registry;

/// <summary>
/// Why a unit is not where it should be, where that is not seen from the rest of the registry: the value of
/// job/&lt;unit&gt;/notice, written by the engine at changes.
/// </summary>
/// <param name="Reason">One line for people.</param>
public sealed record JobNotice(string Reason)
{
    /// <summary>How often it has failed in a row (RescheduleOnFailure=).</summary>
    public int Failures { get; init; }

    /// <summary>Machine that it failed on last; empty if none.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>
    /// Its machine is drained, and it does not leave: no other one can take it, or its deadline is over. It is tried
    /// again, but nobody waits for it.
    /// </summary>
    public bool IsStaying { get; init; }

    /// <summary>Not placed before; null: no wait.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}
