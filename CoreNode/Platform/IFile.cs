namespace CoreNode.Platform;

/// <summary>
/// One open file. Calls are synchronous; one thread uses an instance at a time. After a sync has failed the state of
/// the file is unknown: the instance refuses further writes and syncs, and nobody retries (fsync(2), "NOTES").
/// </summary>
public interface IFile : IDisposable
{
    /// <summary>The path it was opened by, for messages.</summary>
    string Path { get; }

    /// <summary>Current length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads up to the buffer's length; returns the bytes read, less only at the end of the file.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes at the offset, extending the file if needed. Not durable until synced.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Writes all parts one after the other from the offset on (pwritev).</summary>
    void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> parts);

    /// <summary>
    /// Extends the file to that length with blocks that are really there (zeros written, so that later writes inside
    /// it change no metadata). Fails with <see cref="DiskFullException"/> before anything of the old content changes.
    /// </summary>
    void Preallocate(long length);

    /// <summary>
    /// Takes room for that many bytes from the file's first on, without changing its length or content: writes up to
    /// there meet no full disk. Cutting the file gives back what lies behind its new end. Does nothing on a file system
    /// that cannot. Fails with <see cref="DiskFullException"/>, and takes nothing then.
    /// </summary>
    void Reserve(long length);

    /// <summary>Cuts or extends (sparse) the file.</summary>
    void SetLength(long length);

    /// <summary>Makes data and the length durable (fdatasync).</summary>
    void SyncData();

    /// <summary>Makes data and all metadata durable (fsync).</summary>
    void Sync();
}
