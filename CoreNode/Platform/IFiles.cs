namespace CoreNode.Platform;

/// <summary>
/// The seam to the file system: everything durable goes through it. The real one is <c>RealFiles</c>; its simulated
/// twin in CoreNode.Tests/Simulation tears, delays, fails, runs full and forgets what was not synced. A created,
/// renamed or deleted name is durable only after <see cref="SyncFolder"/> of its folder, data only after
/// <see cref="IFile.SyncData"/> or <see cref="IFile.Sync"/> (POSIX, fsync(2)). Paths are absolute.
/// World faults are <see cref="IOException"/>; a full disk is <see cref="DiskFullException"/>.
/// </summary>
public interface IFiles
{
    /// <summary>Opens a file for reading and writing; creates it if <paramref name="create"/> and absent.</summary>
    IFile Open(string path, bool create);

    /// <summary>True if a file of that name exists.</summary>
    bool Exists(string path);

    /// <summary>Names (not paths) of the files in a folder, in byte order; empty if the folder is absent.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Creates a folder and its parents; a new folder's entry in its parent is synced.</summary>
    void CreateFolder(string folder);

    /// <summary>Atomically gives a file a new name in the same file system, replacing what bears it.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file's name; absent is not an error.</summary>
    void Delete(string path);

    /// <summary>Makes creations, renames and deletions in this folder durable (fsync of the directory).</summary>
    void SyncFolder(string folder);

    /// <summary>
    /// Takes the one exclusive lock of that file until disposed or the process ends; null if another process has it.
    /// </summary>
    IDisposable? TryLock(string path);
}
