namespace CoreNode.Units.Agent;

/// <summary>Whether a unit's Announce= keys stand in the store.</summary>
public enum AnnounceState
{
    /// <summary>They do not.</summary>
    Down,

    /// <summary>They do.</summary>
    Up,

    /// <summary>
    /// They may: writing or removing them did not end well, or an earlier process of this node wrote them.
    /// </summary>
    Unknown,
}
