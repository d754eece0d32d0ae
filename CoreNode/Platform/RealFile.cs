using System.Runtime.InteropServices;
using CoreNode.Foundation;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform;

/// <summary>One file of the operating system: positioned reads and writes, fdatasync, real preallocation.</summary>
internal sealed class RealFile(string path, SafeFileHandle handle) : IFile
{
    /// <summary>Zeros written and synced at a time, so that preallocation never fills the disk's queue.</summary>
    private const int ZeroStepBytes = 1 << 20;

    private static readonly byte[] s_zeros = new byte[64 << 10];

    private bool _isStateUnknown;

    /// <inheritdoc/>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int count = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (count == 0)
                break;
            total += count;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        RefuseIfUnknown();
        try
        {
            RandomAccess.Write(handle, data, offset);
        }
        catch (IOException e) when (IsFull(e.HResult))
        {
            throw new DiskFullException(Path, e);
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        RefuseIfUnknown();
        try
        {
            RandomAccess.Write(handle, parts, offset);
        }
        catch (IOException e) when (IsFull(e.HResult))
        {
            throw new DiskFullException(Path, e);
        }
    }

    /// <inheritdoc/>
    public void Preallocate(long length)
    {
        RefuseIfUnknown();
        long old = Length;
        if (length <= old)
            return;
        try
        {
            // Reserving all of it first fails before the disk is filled, and gives few, long extents. The zeros that
            // follow turn them into written ones: only then does a later fdatasync inside change no metadata.
            if (LibC.Allocate(handle, 0, old, length - old) != 0 && IsFull(Marshal.GetLastPInvokeError()))
                throw new DiskFullException(Path);
            WriteZeros(old, length);
        }
        catch (DiskFullException)
        {
            RandomAccess.SetLength(handle, old);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Reserve(long length)
    {
        RefuseIfUnknown();
        const int keepSize = 1; // FALLOC_FL_KEEP_SIZE
        long end = Length;
        if (length <= end || LibC.Allocate(handle, keepSize, end, length - end) == 0)
            return;
        if (!IsFull(Marshal.GetLastPInvokeError()))
            return;
        // What it got until then is behind the end and goes with a cut there (ext4, xfs, tmpfs).
        RandomAccess.SetLength(handle, end);
        throw new DiskFullException(Path);
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        RefuseIfUnknown();
        RandomAccess.SetLength(handle, length);
    }

    /// <inheritdoc/>
    public void SyncData()
    {
        RefuseIfUnknown();
        int result;
        do
        {
            result = LibC.SyncData(handle);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        if (result != 0)
            throw SyncFailed("fdatasync");
    }

    /// <inheritdoc/>
    public void Sync()
    {
        RefuseIfUnknown();
        int result;
        do
        {
            result = LibC.Sync(handle);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        if (result != 0)
            throw SyncFailed("fsync");
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private void WriteZeros(long from, long to)
    {
        long sinceSync = 0;
        for (long at = from; at < to;)
        {
            int count = (int)Math.Min(s_zeros.Length, to - at);
            Write(at, s_zeros.AsSpan(0, count));
            at += count;
            sinceSync += count;
            if (sinceSync < ZeroStepBytes)
                continue;
            SyncData();
            sinceSync = 0;
        }
    }

    private static bool IsFull(int error) => error is LibC.NoSpace or LibC.QuotaExceeded;

    // The kernel may mark the pages clean although they never reached the disk, so a second sync could succeed and
    // mean nothing (fsync(2), "NOTES").
    private IOException SyncFailed(string call)
    {
        _isStateUnknown = true;
        Probe.Hit("platform.sync-failed");
        int error = Marshal.GetLastPInvokeError();
        string what = $"{Path}: {call} failed: {Marshal.GetPInvokeErrorMessage(error)}; what the disk holds is unknown";
        return IsFull(error) ? new IOException($"{what} (no space left)", error) : new IOException(what, error);
    }

    private void RefuseIfUnknown()
    {
        if (_isStateUnknown)
            throw new IOException($"{Path}: refused, an earlier sync of this file failed");
    }
}
