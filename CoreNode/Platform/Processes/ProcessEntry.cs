namespace CoreNode.Platform.Processes;

/// <summary>One process in /proc.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Parent">Its parent's number.</param>
/// <param name="Session">Its session: the number of the process that made it.</param>
/// <param name="IsZombie">It has ended, and its parent has not waited for it.</param>
/// <param name="StartTicks">
/// When it was started, in clock ticks since the machine's start: with the number it names one process for ever.
/// </param>
public sealed record ProcessEntry(int Pid, int Parent, int Session, bool IsZombie, long StartTicks);
