using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>
/// The kernel's calls with a process that is killed at one of those that have an effect, or with errors of the test's
/// choice; and an account of what was renamed before it was on the disk, and of what never came there.
/// </summary>
internal sealed class FaultyCalls : ICalls
{
    private readonly MachineCalls _inner = new();
    private readonly HashSet<string> _unsynced = [];
    private bool _isKilled;

    /// <summary>At which call with an effect, from 1, it is killed; 0: never.</summary>
    public int KilledAt { get; init; }

    /// <summary>It is killed after that call; a write is half done otherwise.</summary>
    public bool IsKilledAfter { get; init; }

    /// <summary>The error of a call with an effect, by the call and the name it is about; 0: it is done.</summary>
    public Func<string, string, int> Fails { get; init; } = static (_, _) => 0;

    /// <summary>Happens at each pause.</summary>
    public Action Paused { get; init; } = static () => { };

    /// <summary>Calls with an effect so far.</summary>
    public int Effects { get; private set; }

    /// <summary>Files that were renamed before they were on the disk.</summary>
    public List<string> Early { get; } = [];

    /// <summary>Names that took effect, in their order.</summary>
    public List<string> Visible { get; } = [];

    /// <summary>Files and folders that were changed and not synced since.</summary>
    public IReadOnlyCollection<string> Unsynced => _unsynced;

    public int Open(SafeFileHandle folder, string name, int flags, uint mode, out SafeFileHandle file)
    {
        if ((flags & OpenFlags.Create) == 0)
        {
            Look();
            return _inner.Open(folder, name, flags, mode, out file);
        }

        file = new SafeFileHandle(-1, ownsHandle: false);
        int error = Enter("open", name);
        return error != 0 ? error : Leave(_inner.Open(folder, name, flags, mode, out file));
    }

    public int Stat(SafeFileHandle folder, string name, out NodeState state)
    {
        Look();
        return _inner.Stat(folder, name, out state);
    }

    public int StatFileSystem(SafeFileHandle file, out long kind, out bool isReadOnly)
    {
        Look();
        return _inner.StatFileSystem(file, out kind, out isReadOnly);
    }

    public int ReadLink(SafeFileHandle link, out string target)
    {
        Look();
        return _inner.ReadLink(link, out target);
    }

    public int Read(SafeFileHandle file, Span<byte> buffer, long offset, out int count)
    {
        Look();
        return _inner.Read(file, buffer, offset, out count);
    }

    public int Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset, out int count)
    {
        count = 0;
        if (Effects + 1 == KilledAt && !IsKilledAfter)
            _inner.Write(file, content[..(content.Length / 2)], offset, out _);
        int error = Enter("write", "");
        if (error != 0)
            return error;
        _unsynced.Add(Identity(file, ""));
        return Leave(_inner.Write(file, content, offset, out count));
    }

    public int List(SafeFileHandle folder, List<string> names)
    {
        Look();
        return _inner.List(folder, names);
    }

    public int MakeFolder(SafeFileHandle folder, string name, uint mode)
    {
        int error = Enter("mkdir", name);
        return error != 0 ? error : Leave(_inner.MakeFolder(folder, name, mode));
    }

    public int MakeLink(string target, SafeFileHandle folder, string name)
    {
        int error = Enter("symlink", name);
        return error != 0 ? error : Leave(_inner.MakeLink(target, folder, name));
    }

    public int MakeName(SafeFileHandle file, SafeFileHandle folder, string name)
    {
        int error = Enter("link", name);
        return error != 0 ? error : Leave(_inner.MakeName(file, folder, name));
    }

    public int Rename(SafeFileHandle from, string old, SafeFileHandle to, string name, bool replaces)
    {
        int error = Enter("rename", name);
        if (error != 0)
            return error;
        if (_inner.Stat(from, old, out NodeState moved) == 0 && moved.Kind == PathKind.File
            && _unsynced.Contains(moved.Identity))
        {
            Early.Add(name);
        }

        _unsynced.Add(Identity(from, ""));
        _unsynced.Add(Identity(to, ""));
        Visible.Add(name);
        return Leave(_inner.Rename(from, old, to, name, replaces));
    }

    public int Remove(SafeFileHandle folder, string name, bool isFolder)
    {
        int error = Enter("unlink", name);
        if (error != 0)
            return error;
        _unsynced.Remove(Identity(folder, name));
        if (!name.StartsWith(FolderDesk.Prefix, StringComparison.Ordinal))
            _unsynced.Add(Identity(folder, ""));
        return Leave(_inner.Remove(folder, name, isFolder));
    }

    public int ChangeOwner(SafeFileHandle file, uint user, uint group)
    {
        int error = Enter("chown", "");
        if (error != 0)
            return error;
        Note(file);
        return Leave(_inner.ChangeOwner(file, user, group));
    }

    public int ChangeMode(SafeFileHandle file, int mode)
    {
        int error = Enter("chmod", "");
        if (error != 0)
            return error;
        Note(file);
        return Leave(_inner.ChangeMode(file, mode));
    }

    public int ListAttributes(SafeFileHandle file, List<string> names)
    {
        Look();
        return _inner.ListAttributes(file, names);
    }

    public int ReadAttribute(SafeFileHandle file, string name, out byte[] value)
    {
        Look();
        return _inner.ReadAttribute(file, name, out value);
    }

    public int WriteAttribute(SafeFileHandle file, string name, ReadOnlySpan<byte> value)
    {
        int error = Enter("setxattr", name);
        if (error != 0)
            return error;
        Note(file);
        return Leave(_inner.WriteAttribute(file, name, value));
    }

    public int SyncFileSystem(SafeFileHandle file)
    {
        int error = Enter("syncfs", "");
        if (error != 0)
            return error;
        string device = Identity(file, "").Split(':')[0] + ":";
        _unsynced.RemoveWhere(identity => identity.StartsWith(device, StringComparison.Ordinal));
        return Leave(_inner.SyncFileSystem(file));
    }

    public int CheckWritten(SafeFileHandle file)
    {
        int error = Enter("sync_file_range", "");
        return error != 0 ? error : Leave(_inner.CheckWritten(file));
    }

    public int Sync(SafeFileHandle file)
    {
        int error = Enter("fsync", "");
        if (error != 0)
            return error;
        _unsynced.Remove(Identity(file, ""));
        return Leave(_inner.Sync(file));
    }

    public int LockWhole(SafeFileHandle file) => _inner.LockWhole(file);

    public int LockRecord(SafeFileHandle file, out int holder) => _inner.LockRecord(file, out holder);

    public int SetHostname(string name) => throw new InvalidOperationException("a test must not name the machine");

    public void Pause(CancellationToken stop) => Paused();

    private void Look()
    {
        if (_isKilled)
            throw new KilledException();
    }

    private int Enter(string call, string name)
    {
        Look();
        Effects++;
        if (Effects == KilledAt && !IsKilledAfter)
            Kill();
        return Fails(call, name);
    }

    private int Leave(int error)
    {
        if (Effects == KilledAt)
            Kill();
        return error;
    }

    private void Kill()
    {
        _isKilled = true;
        throw new KilledException();
    }

    // A link itself cannot be synced, only its folder.
    private void Note(SafeFileHandle file)
    {
        if (_inner.Stat(file, "", out NodeState state) == 0 && state.Kind != PathKind.Link)
            _unsynced.Add(state.Identity);
    }

    private string Identity(SafeFileHandle folder, string name)
    {
        _inner.Stat(folder, name, out NodeState state);
        return state.Identity;
    }

    /// <summary>The process is gone: nothing more is done, not even for what is left lying.</summary>
    public sealed class KilledException : Exception;
}
