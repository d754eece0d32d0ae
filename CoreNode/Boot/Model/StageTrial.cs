namespace CoreNode.Boot.Model;

/// <summary>How the trial of a copy of the boot stage stands.</summary>
public enum StageTrial
{
    /// <summary>None was asked for.</summary>
    None,

    /// <summary>The loader has not begun it.</summary>
    Waiting,

    /// <summary>That copy started this machine.</summary>
    CameUp,

    /// <summary>The loader could not load that copy, and took the other one.</summary>
    NotLoaded,

    /// <summary>It was begun, and the next start was without it.</summary>
    Failed,
}
