namespace CoreNode.Platform.Blocks;

/// <summary>How bytes were read that shall come from the disk and not from memory.</summary>
public enum ReadBackWay
{
    /// <summary>Past the page cache (O_DIRECT).</summary>
    Direct,

    /// <summary>
    /// The cached pages of a disk were dropped before (BLKFLSBUF); what somebody else holds mapped may have stayed.
    /// </summary>
    Flushed,

    /// <summary>
    /// The system was asked to drop the cached pages of a file (posix_fadvise), which it need not do. File systems
    /// without O_DIRECT, such as tmpfs, have nothing better.
    /// </summary>
    Advised,
}
