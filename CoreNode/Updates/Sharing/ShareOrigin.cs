namespace CoreNode.Updates.Sharing;

/// <summary>Where a piece of a payload comes from. The numbers are sent: never reuse one.</summary>
public enum ShareOrigin
{
    /// <summary>The update server; who asked fetches it there.</summary>
    Server = 1,

    /// <summary>Another node; the bytes come with the answer.</summary>
    Peer = 2,

    /// <summary>What this machine has kept.</summary>
    Own = 3,
}
