namespace CoreNode.Units.Manager;

/// <summary>One entry of a journal.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="Message">One line or several.</param>
/// <param name="Priority">0 (emergency) to 7 (debug), syslog's.</param>
/// <param name="Identifier">What the writer calls itself; as journalctl shows it.</param>
/// <param name="Pid">Who wrote it; 0 if not known.</param>
public sealed record JournalEntry(DateTimeOffset Time, string Message, int Priority, string Identifier, int Pid);
