namespace CoreNode.Updates.Server;

/// <summary>Why the server does not do what was ordered.</summary>
public enum CatalogueFault
{
    /// <summary>What is meant is not there.</summary>
    NotFound = 1,

    /// <summary>It is there already, or something else needs it.</summary>
    Conflict = 2,

    /// <summary>A value makes no sense.</summary>
    Invalid = 3,

    /// <summary>A payload that does not verify.</summary>
    Untrusted = 4,

    /// <summary>A bound is reached, or the disk is full.</summary>
    Full = 5,

    /// <summary>The server stops, or cannot write; later it may.</summary>
    Unavailable = 6,
}
