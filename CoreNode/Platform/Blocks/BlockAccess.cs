namespace CoreNode.Platform.Blocks;

/// <summary>What a disk is opened for.</summary>
public enum BlockAccess
{
    /// <summary>Reading; anybody else may write meanwhile.</summary>
    Read,

    /// <summary>Reading and writing; other tools that ask for the lock of the disk wait.</summary>
    Write,

    /// <summary>
    /// The same, and nothing of a disk may be in use: mounted, swap, or part of another device (open(2), O_EXCL).
    /// </summary>
    WriteAlone,
}
