using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// The seam to the kernel: each call is one system call, and answers 0 or its error number (<see cref="Error"/>). The
/// real one is <see cref="MachineCalls"/>; tests stop or fail at any of them. No name is a path (but "x/." for a mount
/// point), so that nothing is followed unseen.
/// </summary>
internal interface ICalls
{
    /// <summary>openat(2), closed on exec; never follows a link that bears the name.</summary>
    int Open(SafeFileHandle folder, string name, int flags, uint mode, out SafeFileHandle file);

    /// <summary>statx(2) of a name, of a link itself; "" is the open file itself.</summary>
    int Stat(SafeFileHandle folder, string name, out NodeState state);

    /// <summary>fstatfs(2): its kind, and whether nothing can be written to it.</summary>
    int StatFileSystem(SafeFileHandle file, out long kind, out bool isReadOnly);

    /// <summary>readlinkat(2) of an open link.</summary>
    int ReadLink(SafeFileHandle link, out string target);

    /// <summary>pread(2).</summary>
    int Read(SafeFileHandle file, Span<byte> buffer, long offset, out int count);

    /// <summary>pwrite(2), maybe only a part.</summary>
    int Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset, out int count);

    /// <summary>The names in a folder that was opened for reading and not listed yet, without "." and "..".</summary>
    int List(SafeFileHandle folder, List<string> names);

    /// <summary>mkdirat(2).</summary>
    int MakeFolder(SafeFileHandle folder, string name, uint mode);

    /// <summary>symlinkat(2).</summary>
    int MakeLink(string target, SafeFileHandle folder, string name);

    /// <summary>linkat(2): another name of an open file.</summary>
    int MakeName(SafeFileHandle file, SafeFileHandle folder, string name);

    /// <summary>renameat2(2); unless it replaces, what bears the new name already is an error.</summary>
    int Rename(SafeFileHandle from, string old, SafeFileHandle to, string name, bool replaces);

    /// <summary>unlinkat(2).</summary>
    int Remove(SafeFileHandle folder, string name, bool isFolder);

    /// <summary>fchownat(2) of an open file, also of an open link itself.</summary>
    int ChangeOwner(SafeFileHandle file, uint user, uint group);

    /// <summary>fchmod(2), also of a file that was opened only to name it.</summary>
    int ChangeMode(SafeFileHandle file, int mode);

    /// <summary>listxattr(2) of a file that may be opened only to name it.</summary>
    int ListAttributes(SafeFileHandle file, List<string> names);

    /// <summary>getxattr(2) of such a file.</summary>
    int ReadAttribute(SafeFileHandle file, string name, out byte[] value);

    /// <summary>fsetxattr(2) of a file that is open for writing.</summary>
    int WriteAttribute(SafeFileHandle file, string name, ReadOnlySpan<byte> value);

    /// <summary>syncfs(2): all of the file system that it lies on.</summary>
    int SyncFileSystem(SafeFileHandle file);

    /// <summary>sync_file_range(2): whether writing it to the disk failed; syncfs tells since Linux 5.8.</summary>
    int CheckWritten(SafeFileHandle file);

    /// <summary>fsync(2).</summary>
    int Sync(SafeFileHandle file);

    /// <summary>flock(2) for writing, without waiting, until the file is closed.</summary>
    int LockWhole(SafeFileHandle file);

    /// <summary>
    /// fcntl(2): a write lock on the whole file, without waiting, until it is closed; who has it otherwise, 0: unknown.
    /// </summary>
    int LockRecord(SafeFileHandle file, out int holder);

    /// <summary>sethostname(2).</summary>
    int SetHostname(string name);

    /// <summary>A tenth of a second passes, or the wait is broken off.</summary>
    void Pause(CancellationToken stop);
}
