using System.Runtime.InteropServices;
using CoreNode.Foundation;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform.Blocks;

/// <summary>A disk or partition of the machine, or an image file.</summary>
public sealed class RealBlockDevice : IBlockDevice
{
    /// <summary>How long somebody else's lock is waited for: udev holds one for moments.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_lockStep = TimeSpan.FromMilliseconds(20);

    private readonly SafeFileHandle _handle;
    private readonly DirectReader? _direct;
    private readonly bool _isDisk;
    private bool _isStateUnknown;

    private RealBlockDevice(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        long length = 0;
        long sector = 0;
        _isDisk = BlockCalls.Control(handle, BlockCalls.GetLength, ref length) == 0;
        if (_isDisk && BlockCalls.Control(handle, BlockCalls.GetSectorSize, ref sector) == 0)
            SectorSizeBytes = (int)(sector & int.MaxValue);
        LengthBytes = _isDisk ? length : RandomAccess.GetLength(handle);
        _direct = DirectReader.TryOpen(path);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public int? SectorSizeBytes { get; }

    /// <summary>
    /// Opens a disk, partition or image file that is there. For writing it takes the lock that udev and other tools
    /// respect, and waits up to ten seconds for it.
    /// </summary>
    /// <exception cref="IOException">It is not there, may not be opened, is no disk or file, or is locked.</exception>
    public static RealBlockDevice Open(string path, BlockAccess access)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder: name a disk, a partition or an image file");
        int flags = access == BlockAccess.Read ? LibC.OpenReadOnly : LibC.OpenReadWrite;
        if (access == BlockAccess.WriteAlone)
            flags |= BlockCalls.OpenAlone;
        int descriptor = LibC.Open(path, flags | LibC.OpenCloseOnExec, 0);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            string reason = error == BlockCalls.Busy && access == BlockAccess.WriteAlone
                ? "it is in use: mounted, swap, or part of another device"
                : Marshal.GetPInvokeErrorMessage(error);
            throw error == LibC.NoEntry
                ? new FileNotFoundException($"{path} does not exist: name a disk, a partition or an image file", path)
                : new IOException($"{path} cannot be opened: {reason}", error);
        }

        SafeFileHandle handle = new(descriptor, ownsHandle: true);
        try
        {
            if (access != BlockAccess.Read)
                Lock(path, handle);
            RealBlockDevice device = new(path, handle);
            if (device.LengthBytes > 0)
                return device;
            device.Dispose();
            throw new IOException($"{path} is empty: name a disk, a partition or an image file");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        CheckRange(offset, buffer.Length);
        int total = 0;
        while (total < buffer.Length)
        {
            int count = RandomAccess.Read(_handle, buffer[total..], offset + total);
            if (count == 0)
                throw new IOException($"{Path} ends at {offset + total}, before its length of {LengthBytes} bytes");
            total += count;
        }
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        CheckRange(offset, data.Length);
        if (_isStateUnknown)
            throw new IOException($"{Path}: refused, an earlier sync failed");
        RandomAccess.Write(_handle, data, offset);
    }

    /// <inheritdoc/>
    public void Sync()
    {
        if (_isStateUnknown)
            throw new IOException($"{Path}: refused, an earlier sync failed");
        int result;
        do
        {
            result = LibC.Sync(_handle);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        if (result == 0)
            return;
        // The pages may be marked clean although they never reached the disk (fsync(2), "NOTES").
        _isStateUnknown = true;
        Probe.Hit("platform.block-sync-failed");
        int error = Marshal.GetLastPInvokeError();
        throw new IOException(
            $"{Path}: fsync failed: {Marshal.GetPInvokeErrorMessage(error)}; what it holds is unknown", error);
    }

    /// <inheritdoc/>
    public ReadBackWay ReadBack(long offset, Span<byte> buffer)
    {
        CheckRange(offset, buffer.Length);
        if (_direct is not null && _direct.TryRead(offset, buffer))
            return ReadBackWay.Direct;
        bool isFlushed = _isDisk && BlockCalls.Control(_handle, BlockCalls.FlushBuffers, 0) == 0;
        if (!isFlushed)
            _ = BlockCalls.Advise(_handle, offset, buffer.Length, BlockCalls.NotNeeded);
        Read(offset, buffer);
        return isFlushed ? ReadBackWay.Flushed : ReadBackWay.Advised;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _direct?.Dispose();
        _handle.Dispose();
    }

    private static void Lock(string path, SafeFileHandle handle)
    {
        using ManualResetEventSlim never = new(initialState: false);
        for (TimeSpan waited = TimeSpan.Zero; ; waited += s_lockStep)
        {
            if (LibC.Lock(handle, LibC.LockExclusiveNonBlocking) == 0)
                return;
            int error = Marshal.GetLastPInvokeError();
            if (error is not (LibC.WouldBlock or LibC.Interrupted))
                throw new IOException($"{path} cannot be locked: {Marshal.GetPInvokeErrorMessage(error)}", error);
            if (waited >= s_longestWait)
            {
                throw new IOException(
                    $"{path} is in use by another program, which holds its lock; nothing was written");
            }

            never.Wait(s_lockStep);
        }
    }

    private void CheckRange(long offset, int length)
    {
        if (offset < 0 || offset > LengthBytes - length)
            throw new IOException($"{Path} has {LengthBytes} bytes: there are no {length} bytes at {offset}");
    }
}
