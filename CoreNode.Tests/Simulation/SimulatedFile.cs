using CoreNode.Platform;

namespace CoreNode.Tests.Simulation;

/// <summary>An open simulated file.</summary>
internal sealed class SimulatedFile : IFile
{
    private readonly SimulatedFiles _files;
    private readonly SimulatedInode _inode;
    private bool _isStateUnknown;
    private bool _isClosed;

    /// <summary>Opens it; the caller holds the lock of <paramref name="files"/>.</summary>
    public SimulatedFile(SimulatedFiles files, string path, SimulatedInode inode)
    {
        _files = files;
        _inode = inode;
        Path = path;
        inode.OpenHandles++;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long Length => _files.Look(() => (long)_inode.Current.Length);

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        RefuseIfClosed();
        int most = buffer.Length;
        byte[] data = _files.Look(() =>
        {
            byte[] read = new byte[(int)Math.Clamp(_inode.Current.Length - offset, 0, most)];
            _inode.Current.Read(offset, read);
            return read;
        });
        data.CopyTo(buffer);
        return data.Length;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Refuse();
        byte[] copy = data.ToArray();
        _files.Do(
            SimulatedOperationKind.Write,
            Path,
            offset,
            copy.Length,
            () => WriteWithinQuota(offset, copy),
            () => WritePart(offset, copy));
    }

    /// <inheritdoc/>
    public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using MemoryStream all = new();
        foreach (ReadOnlyMemory<byte> part in parts)
            all.Write(part.Span);
        Write(offset, all.ToArray());
    }

    /// <inheritdoc/>
    public void Preallocate(long length)
    {
        Refuse();
        _files.Do(SimulatedOperationKind.Preallocate, Path, 0, length, () =>
        {
            long old = _inode.Current.Length;
            if (length <= old)
                return;
            if (length - old > _files.Free())
                throw new DiskFullException(Path);
            _inode.Write(old, new byte[(int)(length - old)]);
        });
    }

    /// <inheritdoc/>
    public void Reserve(long length)
    {
        Refuse();
        _files.Do(SimulatedOperationKind.Reserve, Path, 0, length, () =>
        {
            if (length - _inode.Room > _files.Free())
                throw new DiskFullException(Path);
            _inode.Reserve(length);
        });
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        Refuse();
        _files.Do(SimulatedOperationKind.SetLength, Path, 0, length, () => _inode.SetLength(length));
    }

    /// <inheritdoc/>
    public void SyncData() => Sync(SimulatedOperationKind.SyncData);

    /// <inheritdoc/>
    public void Sync() => Sync(SimulatedOperationKind.Sync);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _files.Close(_inode);
    }

    private void Sync(SimulatedOperationKind kind)
    {
        Refuse();
        try
        {
            _files.Do(kind, Path, 0, 0, _inode.Sync);
        }
        catch (IOException)
        {
            _isStateUnknown = true;
            _files.Look(() =>
            {
                _inode.FailSync(_files.Chance);
                return true;
            });
            throw;
        }
    }

    // A write that does not return may have happened in its first blocks (pwrite(2)).
    private void WritePart(long offset, byte[] data)
    {
        int sectors = _files.Chance.Next(data.Length / SimulatedInode.SectorBytes + 1);
        _inode.Write(offset, data.AsSpan(0, sectors * SimulatedInode.SectorBytes));
    }

    private void WriteWithinQuota(long offset, byte[] data)
    {
        long growth = offset + data.Length - _inode.Room;
        if (growth > 0 && growth > _files.Free())
            throw new DiskFullException(Path);
        _inode.Write(offset, data);
    }

    private void Refuse()
    {
        RefuseIfClosed();
        if (_isStateUnknown)
            throw new IOException($"{Path}: refused, an earlier sync of this file failed");
    }

    private void RefuseIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, this);
}
