namespace CoreNode.Platform.Blocks;

/// <summary>What a disk is opened for.</summary>
public enum BlockAccess
{
    /// <summary>Reading; anybody else may write meanwhile.</summary>
    Read,

    /// <summary>Reading and writing; other tools that ask for the lock of the disk wait.</summary>
    Write,
}
