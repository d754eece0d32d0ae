namespace CoreNode.Updates.Rollout;

/// <summary>What holds a machine at a moment, in the order in which it is looked at.</summary>
internal enum RolloutBlock
{
    /// <summary>Nothing.</summary>
    None,
    NoPackage,
    Exempt,
    Disabled,
    Paused,
    Stopped,
    RolledBack,
    Installed,
    Wave,
    Window,
    FirstAlone,
    Period,
    AtATime,
}
