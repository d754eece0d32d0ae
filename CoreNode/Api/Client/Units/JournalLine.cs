namespace CoreNode.Api.Client.Units;

/// <summary>An entry of a unit's journal, or why a machine's cannot be read.</summary>
/// <param name="Time">RFC 3339.</param>
/// <param name="Message">What was written.</param>
/// <param name="Priority">0 to 7, syslog's.</param>
/// <param name="Identifier">Who wrote.</param>
/// <param name="Pid">Its process; 0 if not known.</param>
/// <param name="Machine">Where.</param>
/// <param name="Error">Not empty: the machine's journal cannot be read, and why.</param>
/// <param name="Json">As the node wrote it.</param>
public sealed record JournalLine(
    string Time, string Message, int Priority, string Identifier, int Pid, string Machine, string Error, string Json);
