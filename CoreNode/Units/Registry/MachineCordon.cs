namespace CoreNode.Units.Registry;

/// <summary>That people took a machine out of use: the value of machines/&lt;id&gt;/cordon.</summary>
/// <param name="IsDraining">Its units move away; else only nothing new is placed there.</param>
/// <param name="Reason">Why; may be empty.</param>
/// <param name="By">Who; may be empty.</param>
public sealed record MachineCordon(bool IsDraining, string Reason, string By);
