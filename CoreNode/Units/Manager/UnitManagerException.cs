namespace CoreNode.Units.Manager;

/// <summary>A unit manager could not do what it was asked for; the message says what, to which unit, and why.</summary>
public sealed class UnitManagerException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True: the manager itself is away, and the same call may be repeated when it is back.</summary>
    public bool IsManagerAway { get; init; }
}
