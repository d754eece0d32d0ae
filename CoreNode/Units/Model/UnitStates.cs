namespace CoreNode.Units.Model;

/// <summary>
/// How a unit stands on one machine, in systemd's words (org.freedesktop.systemd1.Unit: LoadState, ActiveState,
/// SubState); the embedded runner uses the same.
/// </summary>
public readonly record struct UnitStates(string Load, string Active, string Sub)
{
    /// <summary>Of a unit that the manager does not know.</summary>
    public static readonly UnitStates NotFound = new("not-found", "inactive", "dead");

    /// <summary>Of a unit that is loaded and was never started.</summary>
    public static readonly UnitStates Dead = new("loaded", "inactive", "dead");
}
