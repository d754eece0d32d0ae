using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Platform;

/// <summary>
/// The file system of the machine. Files are readable by their owner only (0600, folders 0700) and are not inherited
/// by child processes. Holds no state: any thread may use it.
/// </summary>
public sealed class RealFiles : IFiles
{
    private const uint FileMode = 0x180;   // 0600
    private const uint FolderMode = 0x1C0; // 0700

    /// <inheritdoc/>
    public IFile Open(string path, bool create) =>
        new RealFile(path, OpenHandle(path, LibC.OpenReadWrite | (create ? LibC.OpenCreate : 0)));

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        List<string> names = [];
        foreach (string path in Directory.EnumerateFiles(folder))
            names.Add(Path.GetFileName(path));
        names.Sort(string.CompareOrdinal);
        return names;
    }

    /// <inheritdoc/>
    public void CreateFolder(string folder)
    {
        string full = Path.GetFullPath(folder).TrimEnd('/');
        string? parent = Path.GetDirectoryName(full);
        if (parent is null)
            return;
        if (!Directory.Exists(full))
        {
            CreateFolder(parent);
            if (LibC.MakeFolder(full, FolderMode) != 0 && !Directory.Exists(full))
                throw Failure(full, "cannot be created");
        }

        // Also when it was there: a process killed between mkdir and this call left a name that may still vanish.
        SyncFolder(parent);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (LibC.Rename(from, to) != 0)
            throw Failure(from, $"cannot be renamed to {to}");
    }

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void SyncFolder(string folder)
    {
        using SafeFileHandle handle = OpenHandle(folder, LibC.OpenReadOnly | LibC.OpenFolder);
        int result;
        do
        {
            result = LibC.Sync(handle);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        if (result != 0)
            throw Failure(folder, "fsync failed");
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        SafeFileHandle handle = OpenHandle(path, LibC.OpenReadWrite | LibC.OpenCreate);
        if (LibC.Lock(handle, LibC.LockExclusiveNonBlocking) == 0)
            return handle;
        bool isHeld = Marshal.GetLastPInvokeError() == LibC.WouldBlock;
        IOException failure = Failure(path, "cannot be locked");
        handle.Dispose();
        return isHeld ? null : throw failure;
    }

    private static SafeFileHandle OpenHandle(string path, int flags)
    {
        int descriptor;
        do
        {
            descriptor = LibC.Open(path, flags | LibC.OpenCloseOnExec, FileMode);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw Failure(path, "cannot be opened");
    }

    private static IOException Failure(string path, string what)
    {
        int error = Marshal.GetLastPInvokeError();
        return error switch
        {
            LibC.NoSpace or LibC.QuotaExceeded => new DiskFullException(path),
            LibC.NoEntry => new FileNotFoundException($"{path} {what}: it does not exist", path),
            _ => new IOException($"{path} {what}: {Marshal.GetPInvokeErrorMessage(error)}", error),
        };
    }
}
