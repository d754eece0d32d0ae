using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A file system in memory that is as bad as POSIX allows: data is durable only after a sync of the file, a name only
/// after a sync of its folder, and a power cut keeps, drops or tears each of the rest by itself. Counts every changing
/// call, so that a test can crash at each of them. Deterministic under its seed while one thread uses it; safe for
/// more.
/// </summary>
internal sealed class SimulatedFiles : IFiles
{
    /// <summary>Guards everything below; held by the files, too.</summary>
    private readonly Lock _gate = new();

    private readonly Prng _chance;
    private readonly SimulatedNames _names;
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private readonly HashSet<SimulatedInode> _nameless = [];
    private SimulatedOperation? _crash;

    public SimulatedFiles(Prng chance)
        : this(chance, new SimulatedNames())
    {
    }

    private SimulatedFiles(Prng chance, SimulatedNames names)
    {
        _chance = chance;
        _names = names;
        foreach (string path in names.Current.Keys)
            AddFolders(Path.GetDirectoryName(path)!);
    }

    /// <summary>Changing calls so far.</summary>
    public long OperationCount { get; private set; }

    /// <summary>The process dies when it makes the call of this number.</summary>
    public long? CrashAt { get; set; }

    /// <summary>Room on the disk; a write or preallocation beyond it meets a full disk.</summary>
    public long QuotaBytes { get; set; } = long.MaxValue;

    /// <summary>
    /// Called before each changing call, on its thread and outside the lock: may count, block, or return the exception
    /// that the call fails with.
    /// </summary>
    public Func<SimulatedOperation, Exception?>? Intercept { get; set; }

    /// <summary>Bytes that the files take, also nameless ones that are still open.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
                return Used();
        }
    }

    /// <summary>What a process finds that starts after this one was killed: everything, durable or not.</summary>
    public SimulatedFiles AfterKill()
    {
        lock (_gate)
            return new SimulatedFiles(_chance.Child("kill"), _names.AfterKill()) { QuotaBytes = QuotaBytes };
    }

    /// <summary>What a process finds after the machine lost power; the seed decides what was lost.</summary>
    public SimulatedFiles AfterPowerCut(Prng chance)
    {
        lock (_gate)
        {
            return new SimulatedFiles(chance.Child("files"), _names.AfterPowerCut(chance.Child("cut")))
            {
                QuotaBytes = QuotaBytes,
            };
        }
    }

    /// <summary>Puts a durable file there.</summary>
    public void Put(string path, ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            AddFolders(Path.GetDirectoryName(path)!);
            _names.Link(path, SimulatedInode.Of(content));
            _names.SyncFolder(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>The whole content.</summary>
    public byte[] Get(string path)
    {
        lock (_gate)
            return Find(path).Current.Bytes.ToArray();
    }

    /// <summary>Damages one bit on the disk.</summary>
    public void FlipBit(string path, long bit)
    {
        lock (_gate)
            Find(path).FlipBit(bit);
    }

    /// <inheritdoc/>
    public IFile Open(string path, bool create)
    {
        bool isNew;
        lock (_gate)
            isNew = !_names.Current.ContainsKey(path);
        if (isNew && create)
            Enter(SimulatedOperationKind.Create, path);
        lock (_gate)
        {
            ThrowIfCrashed();
            if (isNew && create)
            {
                if (!_folders.Contains(Path.GetDirectoryName(path)!))
                    throw new FileNotFoundException($"{path}: its folder does not exist", path);
                _names.Link(path, new SimulatedInode());
            }

            return new SimulatedFile(this, path, Find(path));
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        lock (_gate)
            return _names.Current.ContainsKey(path);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            return [.. _names.Current.Keys
                .Where(path => Path.GetDirectoryName(path) == folder)
                .Select(path => Path.GetFileName(path))];
        }
    }

    /// <inheritdoc/>
    public void CreateFolder(string folder)
    {
        Enter(SimulatedOperationKind.CreateFolder, folder);
        lock (_gate)
            AddFolders(folder);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        Enter(SimulatedOperationKind.Rename, from);
        lock (_gate)
        {
            Find(from);
            Forget(to);
            _names.Rename(from, to);
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        Enter(SimulatedOperationKind.Delete, path);
        lock (_gate)
        {
            if (!_names.Current.ContainsKey(path))
                return;
            Forget(path);
            _names.Unlink(path);
        }
    }

    /// <inheritdoc/>
    public void SyncFolder(string folder)
    {
        Enter(SimulatedOperationKind.SyncFolder, folder);
        lock (_gate)
            _names.SyncFolder(folder);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        Open(path, create: true).Dispose();
        lock (_gate)
            return _locks.Add(path) ? new Held(this, path) : null;
    }

    /// <summary>
    /// Counts a call, lets the test interfere, and runs it under the lock; <paramref name="interrupted"/> instead if
    /// the process dies in it or the test fails it.
    /// </summary>
    internal void Do(
        SimulatedOperationKind kind,
        string path,
        long offset,
        long length,
        Action change,
        Action? interrupted = null)
    {
        Enter(kind, path, offset, length, interrupted);
        lock (_gate)
            change();
    }

    /// <summary>Reads under the lock.</summary>
    internal T Look<T>(Func<T> look)
    {
        lock (_gate)
        {
            ThrowIfCrashed();
            return look();
        }
    }

    /// <summary>Room left for growing; call it under the lock.</summary>
    internal long Free() => QuotaBytes - Used();

    /// <summary>The stream of chance for partial effects; call it under the lock.</summary>
    internal Prng Chance => _chance;

    /// <summary>A handle was closed.</summary>
    internal void Close(SimulatedInode inode)
    {
        lock (_gate)
        {
            if (--inode.OpenHandles == 0)
                _nameless.Remove(inode);
        }
    }

    /// <summary>Counts and lets the test interfere. Throws what the test wants.</summary>
    private void Enter(
        SimulatedOperationKind kind, string path, long offset = 0, long length = 0, Action? interrupted = null)
    {
        SimulatedOperation operation;
        lock (_gate)
        {
            ThrowIfCrashed();
            operation = new SimulatedOperation(++OperationCount, kind, path, offset, length);
            if (operation.Number == CrashAt)
            {
                interrupted?.Invoke();
                _crash = operation;
                throw new SimulatedCrashException(operation);
            }
        }

        Exception? fault = Intercept?.Invoke(operation);
        lock (_gate)
        {
            ThrowIfCrashed();
            if (fault is null)
                return;
            interrupted?.Invoke();
            throw fault;
        }
    }

    private void ThrowIfCrashed()
    {
        if (_crash is { } operation)
            throw new SimulatedCrashException(operation);
    }

    private SimulatedInode Find(string path) => _names.Current.TryGetValue(path, out SimulatedInode? inode)
        ? inode
        : throw new FileNotFoundException($"{path} cannot be opened: it does not exist", path);

    private void Forget(string path)
    {
        if (_names.Current.TryGetValue(path, out SimulatedInode? inode) && inode.OpenHandles > 0)
            _nameless.Add(inode);
    }

    private long Used()
    {
        long used = 0;
        foreach (SimulatedInode inode in _names.Current.Values)
            used += inode.Room;
        foreach (SimulatedInode inode in _nameless)
            used += inode.Room;
        return used;
    }

    private void AddFolders(string folder)
    {
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
            _folders.Add(at);
    }

    private sealed class Held(SimulatedFiles files, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (files._gate)
                files._locks.Remove(path);
        }
    }
}
