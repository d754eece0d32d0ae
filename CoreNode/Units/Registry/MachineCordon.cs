namespace CoreNode.Units.Registry;

/// <summary>That people took a machine out of use: the value of machines/&lt;id&gt;/cordon.</summary>
/// <param name="IsDraining">Its units move away; else only nothing new is placed there.</param>
/// <param name="Reason">Why; may be empty.</param>
/// <param name="By">Who; may be empty.</param>
public sealed record MachineCordon(bool IsDraining, string Reason, string By)
{
    /// <summary>
    /// What stood there by another's hand when this one was written: it comes back when this one goes.
    /// </summary>
    public MachineCordon? Before { get; init; }
}
