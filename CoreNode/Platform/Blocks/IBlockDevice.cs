namespace CoreNode.Platform.Blocks;

/// <summary>
/// The seam to a disk, a partition or an image file of one: of fixed length, written in place. Its simulated twin in
/// CoreNode.Tests/Simulation forgets and tears what was not synced. One thread uses an instance at a time. World faults
/// are <see cref="IOException"/>. After a failed sync the state is unknown: the instance refuses further writes.
/// </summary>
public interface IBlockDevice : IDisposable
{
    /// <summary>The path it was opened by, for messages.</summary>
    string Path { get; }

    /// <summary>Its length.</summary>
    long LengthBytes { get; }

    /// <summary>Bytes of a logical sector; null for a file, which has none of its own.</summary>
    int? SectorSizeBytes { get; }

    /// <summary>Fills the buffer; past the end is an <see cref="IOException"/>.</summary>
    void Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes; never past the end. Not durable until synced.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Makes all that was written durable (fsync, with a flush of the disk's own cache).</summary>
    void Sync();

    /// <summary>
    /// Fills the buffer with what the disk holds, not with what memory remembers of it, and says how. What was written
    /// is to be synced before.
    /// </summary>
    ReadBackWay ReadBack(long offset, Span<byte> buffer);
}
