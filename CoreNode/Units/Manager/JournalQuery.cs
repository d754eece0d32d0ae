namespace CoreNode.Units.Manager;

/// <summary>Which entries of the journal are wanted.</summary>
/// <param name="Unit">Full name of the unit.</param>
/// <param name="Lines">At most this many of the last ones; 0: all that there are.</param>
/// <param name="IsFollowing">Go on with what is written from now on.</param>
public sealed record JournalQuery(string Unit, int Lines, bool IsFollowing);
