using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// Makes files for coming segments: full of zeros that are on disk, so that a segment never meets a full disk and no
/// fdatasync in it changes metadata. Released segments are used again. Keeps the reserve. Preparing and taking may
/// happen on two threads; <see cref="_work"/> lets one of them at the disk.
/// </summary>
internal sealed class SegmentSupply(IFiles files, string folder, WalOptions options) : IDisposable
{
    /// <summary>Ending of files that hold nothing yet.</summary>
    public const string UnusedExtension = ".tmp";

    private const string ReserveName = "reserve";
    private const int ZeroStepBytes = 1 << 20;

    /// <summary>Guards <see cref="_ready"/> and <see cref="_released"/>; held briefly.</summary>
    private readonly Lock _gate = new();

    /// <summary>Held over disk work; guards <see cref="_counter"/>.</summary>
    private readonly Lock _work = new();

    private readonly Queue<string> _released = new();
    private UnusedFile? _ready;
    private long _counter;
    private volatile bool _isFull;

    /// <summary>True after room could not be had, until it could again.</summary>
    public bool IsFull => _isFull;

    /// <summary>True if preparing would find something to do, and room is not known to be lacking.</summary>
    public bool HasWork
    {
        get
        {
            lock (_gate)
                return !_isFull && (_ready is null || _released.Count > 0);
        }
    }

    private string ReservePath => Path.Combine(folder, ReserveName);

    /// <summary>Takes a file that is no longer part of the log, to use its blocks again or delete it.</summary>
    public void Release(string path)
    {
        lock (_gate)
            _released.Enqueue(path);
    }

    /// <summary>Makes a file of that size and the reserve; false if there is no room.</summary>
    public bool Prepare(long size)
    {
        lock (_work)
        {
            string? recycled = ClearReleased(size);
            if (!IsReady() && !TryMakeReady(size, recycled))
                return false;
        }

        lock (_work)
            return TryMakeReserve();
    }

    /// <summary>
    /// Hands out a file of at least that length: the prepared one, one made now, or, on a full disk, the reserve.
    /// </summary>
    /// <exception cref="DiskFullException">There is none; nothing has changed.</exception>
    public UnusedFile Take(long size, long least)
    {
        UnusedFile? ready = TakeReady();
        if (ready is null)
        {
            lock (_work)
            {
                if (!IsReady())
                    TryMakeReady(size, ClearReleased(size));
                ready = TakeReady() ?? TakeReserve() ?? throw new DiskFullException(folder);
            }
        }

        if (ready.File.Length >= least)
            return ready;
        try
        {
            ready.File.Preallocate(least);
            ready.File.Sync();
            return ready;
        }
        catch (DiskFullException)
        {
            _isFull = true;
            PutBack(ready);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => TakeReady()?.File.Dispose();

    private bool IsReady()
    {
        lock (_gate)
            return _ready is not null;
    }

    private UnusedFile? TakeReady()
    {
        lock (_gate)
        {
            UnusedFile? ready = _ready;
            _ready = null;
            return ready;
        }
    }

    private void PutBack(UnusedFile unused)
    {
        lock (_gate)
        {
            if (_ready is null)
            {
                _ready = unused;
                return;
            }
        }

        unused.File.Dispose();
        Release(unused.Path);
    }

    // Deletes what was released but for one file of the right size, whose new name is returned. The old name is
    // gone from the disk before the content is overwritten, so that no start meets a segment's name over zeros.
    private string? ClearReleased(long size)
    {
        string? recycled = null;
        bool any = false;
        while (NextReleased() is { } path)
        {
            any = true;
            if (recycled is null && !IsReady() && HasLength(path, size))
            {
                recycled = UnusedPath();
                files.Rename(path, recycled);
            }
            else
            {
                files.Delete(path);
            }
        }

        if (any)
            files.SyncFolder(folder);
        return recycled;
    }

    private string? NextReleased()
    {
        lock (_gate)
            return _released.TryDequeue(out string? path) ? path : null;
    }

    private bool TryMakeReady(long size, string? recycled)
    {
        string path = recycled ?? UnusedPath();
        IFile file = files.Open(path, create: true);
        try
        {
            if (recycled is null)
                file.Preallocate(size);
            else
                Zeros.Write(file, 0, size, ZeroStepBytes);
            file.Sync();
        }
        catch (DiskFullException)
        {
            Probe.Hit("wal.disk-full");
            file.Dispose();
            files.Delete(path);
            _isFull = true;
            return false;
        }

        lock (_gate)
            _ready = new UnusedFile(path, file);
        return true;
    }

    private bool TryMakeReserve()
    {
        if (!files.Exists(ReservePath))
        {
            string path = UnusedPath();
            try
            {
                using (IFile file = files.Open(path, create: true))
                {
                    file.Preallocate(options.ReserveBytes);
                    file.Sync();
                }
            }
            catch (DiskFullException)
            {
                Probe.Hit("wal.disk-full-reserve");
                files.Delete(path);
                _isFull = true;
                return false;
            }

            files.Rename(path, ReservePath);
            files.SyncFolder(folder);
        }

        _isFull = false;
        return true;
    }

    // Renamed at once, so that a reserve made later cannot replace the file that is now in use.
    private UnusedFile? TakeReserve()
    {
        if (!files.Exists(ReservePath))
            return null;
        Probe.Hit("wal.reserve-taken");
        string path = UnusedPath();
        files.Rename(ReservePath, path);
        return new UnusedFile(path, files.Open(path, create: false));
    }

    private bool HasLength(string path, long length)
    {
        using IFile file = files.Open(path, create: false);
        return file.Length == length;
    }

    private string UnusedPath()
    {
        string path;
        do
        {
            path = Path.Combine(folder, $"{++_counter}{UnusedExtension}");
        }
        while (files.Exists(path));
        return path;
    }
}
