namespace CoreNode.Api.Fleet.Machines;

/// <summary>One entry of a unit's journal on one machine.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="Message">One line or several.</param>
/// <param name="Priority">0 (emergency) to 7 (debug).</param>
/// <param name="Identifier">What the writer calls itself.</param>
/// <param name="Pid">Who wrote it; 0 if not known.</param>
public sealed record JournalLine(DateTimeOffset Time, string Message, int Priority, string Identifier, int Pid);
