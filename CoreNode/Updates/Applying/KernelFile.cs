using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>
/// The kernel beside the target's image: a file of the boot folder. It is written under another name and bears its own
/// only once it was read back from the disk. The one that the target had goes first: boot partitions are small, and no
/// boot takes a slot that is being written. One thread at a time, but for <see cref="Sync"/>.
/// </summary>
internal sealed class KernelFile : IBlockDevice
{
    private readonly ApplyTools _tools;
    private readonly string _folder;
    private readonly string _part;
    private readonly int _firstOperation;
    private readonly int _endOfOperations;
    private IFile? _file;
    private IBlockDevice? _stored;
    private bool _isInPlace;

    private KernelFile(ApplyTools tools, string path, PartitionUpdate kernel, int firstOperation)
    {
        _tools = tools;
        Path = path;
        _part = path + ".part";
        _folder = System.IO.Path.GetDirectoryName(path)!;
        Info = kernel.NewInfo;
        _firstOperation = firstOperation;
        _endOfOperations = firstOperation + kernel.Operations.Count;
    }

    /// <summary>What it must be.</summary>
    public PartitionInfo Info { get; }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long LengthBytes => (long)Info.Size;

    /// <inheritdoc/>
    public int? SectorSizeBytes => null;

    /// <summary>The kernel of a payload; null for one without.</summary>
    /// <param name="tools">Files, and what there is room for.</param>
    /// <param name="path">Its file; empty where this machine has no place for one.</param>
    /// <param name="manifest">The payload's.</param>
    /// <exception cref="ApplyException">There is one, and it cannot be taken here.</exception>
    public static KernelFile? Of(ApplyTools tools, string path, PayloadManifest manifest)
    {
        int first = 0;
        foreach (PartitionUpdate partition in manifest.Partitions)
        {
            if (partition.Name == PartitionUpdate.Kernel)
            {
                TargetRules.CheckKernel(partition, path);
                return new KernelFile(tools, path, partition, first);
            }

            first += partition.Operations.Count;
        }

        return null;
    }

    /// <summary>Whether there will be room for it.</summary>
    /// <exception cref="ApplyException">There is not, or the folder cannot be used.</exception>
    public void CheckRoom()
    {
        long room = 0;
        Guarded(() => room = _tools.FreeBytes(_folder) + LengthOf(Path) + LengthOf(_part));
        if (room < LengthBytes)
        {
            throw new ApplyException(
                ApplyCodes.KernelOpen,
                $"the release's kernel has {LengthBytes} bytes, and {_folder} has room for {room}: nothing was "
                + "written; make room there");
        }
    }

    /// <summary>Whether what an earlier run wrote of it is there, if that run came so far.</summary>
    public bool CanContinueAt(int nextOperation) =>
        nextOperation <= _firstOperation
        || _tools.Files.Exists(_part)
        || (nextOperation >= _endOfOperations && _tools.Files.Exists(Path));

    /// <summary>Before the first write to the slot: makes it ready to be written from that operation on.</summary>
    /// <exception cref="ApplyException">The folder does not take it.</exception>
    public void Begin(int nextOperation)
    {
        IFiles files = _tools.Files;
        if (nextOperation > _firstOperation)
        {
            // What was put in place already has nothing more to come.
            if (files.Exists(_part))
                Guarded(() => _file = files.Open(_part, create: false));
            return;
        }

        CheckRoom();
        Guarded(() =>
        {
            // Deleted and not written over: a name may be a link to what the running slot boots.
            files.Delete(_part);
            files.Delete(Path);
            _file = files.Open(_part, create: true);
            files.SyncFolder(_folder);
        });
    }

    /// <summary>What is written of it by now; what is behind its end counts as zeros.</summary>
    public void Read(long offset, Span<byte> buffer)
    {
        int count = Open.Read(offset, buffer);
        buffer[count..].Clear();
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data) => Open.Write(offset, data);

    /// <inheritdoc/>
    public void Sync() => _file?.Sync();

    /// <summary>After its last operation, before it is read back: it has its length, and is on the disk.</summary>
    /// <exception cref="IOException">It is not there, or the disk fails.</exception>
    public void Complete()
    {
        IFiles files = _tools.Files;
        _isInPlace = !files.Exists(_part);
        string name = _isInPlace ? Path : _part;
        using (IFile file = files.Open(name, create: false))
        {
            // Blocks are written whole, and what is zero at the end need not have been written.
            if (!_isInPlace)
                file.SetLength(LengthBytes);
            else if (file.Length != LengthBytes)
                throw new IOException($"{Path} has {file.Length} bytes");
            file.Sync();
        }

        _stored = _tools.OpenFile(name);
    }

    /// <inheritdoc/>
    public ReadBackWay ReadBack(long offset, Span<byte> buffer)
    {
        Invariant.That(_stored is not null, "a kernel is complete before it is read back");
        return _stored.ReadBack(offset, buffer);
    }

    /// <summary>Gives it its name, durably, once it was found good.</summary>
    /// <exception cref="IOException">The folder does not take it.</exception>
    public void PutInPlace()
    {
        if (!_isInPlace)
            _tools.Files.Rename(_part, Path);
        // Also for one that a run renamed that was killed then.
        _tools.Files.SyncFolder(_folder);
    }

    /// <summary>Takes away what was found bad, as far as the disk lets it.</summary>
    public void Remove()
    {
        try
        {
            _tools.Files.Delete(_part);
            _tools.Files.Delete(Path);
            _tools.Files.SyncFolder(_folder);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The next run does it, before anything else.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _stored?.Dispose();
    }

    private IFile Open => _file ?? throw new IOException($"{_part} is not there any more");

    private long LengthOf(string path)
    {
        if (!_tools.Files.Exists(path))
            return 0;
        using IFile file = _tools.Files.Open(path, create: false);
        return file.Length;
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ApplyException(
                ApplyCodes.KernelOpen,
                $"the release's kernel cannot be put into {_folder}: {failed.Message}; look at what is mounted there, "
                + "or name another folder with --update-boot",
                failed);
        }
    }
}
