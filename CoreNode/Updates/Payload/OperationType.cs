namespace CoreNode.Updates.Payload;

/// <summary>
/// What an operation of a payload does; the numbers are the container's (update_metadata.proto). Those that are not
/// named here (MOVE, the bsdiff and puffdiff kinds) are refused.
/// </summary>
public enum OperationType
{
    /// <summary>The data as it is, filled up with zeros to whole blocks.</summary>
    Replace = 0,

    /// <summary>The data is a bzip2 stream.</summary>
    ReplaceBz = 1,

    /// <summary>Blocks of the old image, unchanged; from minor version 2 on.</summary>
    SourceCopy = 4,

    /// <summary>Zeros; from minor version 4 on.</summary>
    Zero = 6,

    /// <summary>Blocks that hold nothing; written as zeros, so that the image's hash is defined.</summary>
    Discard = 7,

    /// <summary>The data is an xz stream, with CRC-32 or no check; from minor version 3 on.</summary>
    ReplaceXz = 8,

    /// <summary>The data is a zstd frame; from minor version 8 on.</summary>
    ReplaceZstd = 11,

    /// <summary>
    /// Our own: the data is a zstd frame whose prefix is the bytes of the source extents, one after the other. Minor
    /// version 1000 only, so that other tools refuse it.
    /// </summary>
    Patch = 1000,
}
