using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>The kernel of this machine. Holds no state.</summary>
internal sealed class MachineCalls : ICalls
{
    private const int StateBytes = 256;
    private const int FileSystemBytes = 128;
    private const int LongestTarget = 4096;
    private const int ListBytes = 32 << 10;
    private const int LockBytes = 32;

    // XATTR_LIST_MAX and XATTR_SIZE_MAX.
    private const int AttributeBytes = 64 << 10;
    private const ulong MountRootAttribute = 0x2000;
    private const long NsPerSecond = 1_000_000_000;
    private const int ExclusiveNonBlocking = 2 | 4;
    private const short WriteLock = 1;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public int Open(SafeFileHandle folder, string name, int flags, uint mode, out SafeFileHandle file)
    {
        int descriptor;
        do
        {
            descriptor = LibFiles.OpenAt(
                folder, name, flags | OpenFlags.NoFollow | OpenFlags.CloseOnExec, mode);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Error.Interrupted);
        int error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        file = new SafeFileHandle(descriptor, ownsHandle: true);
        return error;
    }

    public int Stat(SafeFileHandle folder, string name, out NodeState state)
    {
        Span<byte> at = stackalloc byte[StateBytes];
        int flags = LibFiles.NoFollow | (name.Length == 0 ? LibFiles.EmptyPath : 0);
        int error = Outcome(LibFiles.StatAt(folder, name, flags, LibFiles.BasicStat, at));
        int mode = MemoryMarshal.Read<ushort>(at[28..]);
        state = new NodeState(error != 0 ? PathKind.Absent : Kind(mode))
        {
            Mode = mode & 0xFFF,
            User = MemoryMarshal.Read<uint>(at[20..]),
            Group = MemoryMarshal.Read<uint>(at[24..]),
            Names = MemoryMarshal.Read<uint>(at[16..]),
            Inode = MemoryMarshal.Read<ulong>(at[32..]),
            Length = MemoryMarshal.Read<long>(at[40..]),
            ChangedNs = unchecked(
                MemoryMarshal.Read<long>(at[96..]) * NsPerSecond + MemoryMarshal.Read<uint>(at[104..])),
            Device = (ulong)MemoryMarshal.Read<uint>(at[136..]) << 32 | MemoryMarshal.Read<uint>(at[140..]),
            IsMountRoot = (MemoryMarshal.Read<ulong>(at[8..]) & MountRootAttribute) != 0,
        };
        return error;
    }

    public int StatFileSystem(SafeFileHandle file, out long kind, out bool isReadOnly)
    {
        // struct statfs of 64-bit machines: the kind comes first, the flags are eighth of eight bytes each.
        const int flagsAt = 80;
        Span<byte> at = stackalloc byte[FileSystemBytes];
        int error = Outcome(LibFiles.StatFileSystem(file, at));
        kind = MemoryMarshal.Read<long>(at);
        isReadOnly = error == 0 && (MemoryMarshal.Read<long>(at[flagsAt..]) & 1) != 0;
        return error;
    }

    public int ReadLink(SafeFileHandle link, out string target)
    {
        Span<byte> at = stackalloc byte[LongestTarget];
        nint length = LibFiles.ReadLinkAt(link, "", at, LongestTarget);
        int error = length < 0 ? Marshal.GetLastPInvokeError() : 0;
        target = length <= 0 ? "" : Encoding.UTF8.GetString(at[..(int)length]);
        return error;
    }

    public int Read(SafeFileHandle file, Span<byte> buffer, long offset, out int count) =>
        Counted(LibFiles.Read(file, buffer, (nuint)buffer.Length, offset), out count);

    public int Write(SafeFileHandle file, ReadOnlySpan<byte> content, long offset, out int count) =>
        Counted(LibFiles.Write(file, content, (nuint)content.Length, offset), out count);

    public int List(SafeFileHandle folder, List<string> names)
    {
        // struct linux_dirent64: inode 8, position 8, length 2, kind 1, name with a zero at its end.
        const int lengthAt = 16;
        const int nameAt = 19;
        byte[] buffer = new byte[ListBytes];
        while (true)
        {
            int error = Counted(LibFiles.List(folder, buffer, (nuint)buffer.Length), out int count);
            if (error != 0 || count == 0)
                return error;
            for (int at = 0; at < count;)
            {
                int length = MemoryMarshal.Read<ushort>(buffer.AsSpan(at + lengthAt));
                ReadOnlySpan<byte> name = buffer.AsSpan(at + nameAt, length - nameAt);
                string text = Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
                if (text is not ("." or ".."))
                    names.Add(text);
                at += length;
            }
        }
    }

    public int MakeFolder(SafeFileHandle folder, string name, uint mode) =>
        Outcome(LibFiles.MakeFolderAt(folder, name, mode));

    public int MakeLink(string target, SafeFileHandle folder, string name) =>
        Outcome(LibFiles.MakeLinkAt(target, folder, name));

    // The link of /proc is the open file itself, whatever bears its name now (open(2), O_PATH).
    public int MakeName(SafeFileHandle file, SafeFileHandle folder, string name) =>
        Outcome(LibFiles.MakeNameAt(LibFiles.WorkingFolder, OwnLink(file), folder, name, LibFiles.Follow));

    public int Rename(SafeFileHandle from, string old, SafeFileHandle to, string name, bool replaces)
    {
        int error = Outcome(LibFiles.RenameAt(from, old, to, name, replaces ? 0 : LibFiles.DoNotReplace));
        if (replaces || error is not (Error.Invalid or Error.NoSuchCall))
            return error;

        // A file system that cannot promise it (vfat, NFS): what is there now is asked first.
        return Stat(to, name, out _) == 0 ? Error.Exists : Outcome(LibFiles.RenameAt(from, old, to, name, 0));
    }

    public int Remove(SafeFileHandle folder, string name, bool isFolder) =>
        Outcome(LibFiles.RemoveAt(folder, name, isFolder ? LibFiles.RemoveFolder : 0));

    public int ChangeOwner(SafeFileHandle file, uint user, uint group) =>
        Outcome(LibFiles.ChangeOwnerAt(file, "", user, group, LibFiles.EmptyPath | LibFiles.NoFollow));

    public int ChangeMode(SafeFileHandle file, int mode)
    {
        // fchmod(2) refuses what was opened only to name it; chmod(2) of its link in /proc does not.
        const int badDescriptor = 9;
        int error = Outcome(LibFiles.ChangeMode(file, (uint)mode));
        return error == badDescriptor ? Outcome(LibFiles.ChangeModeOf(OwnLink(file), (uint)mode)) : error;
    }

    public int ListAttributes(SafeFileHandle file, List<string> names)
    {
        byte[] buffer = new byte[AttributeBytes];
        int error = Counted(LibFiles.ListAttributes(OwnLink(file), buffer, AttributeBytes), out int count);
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, count);
        for (int end = rest.IndexOf((byte)0); end >= 0; end = rest.IndexOf((byte)0))
        {
            names.Add(Encoding.UTF8.GetString(rest[..end]));
            rest = rest[(end + 1)..];
        }

        return error;
    }

    public int ReadAttribute(SafeFileHandle file, string name, out byte[] value)
    {
        byte[] buffer = new byte[AttributeBytes];
        int error = Counted(LibFiles.ReadAttribute(OwnLink(file), name, buffer, AttributeBytes), out int count);
        value = buffer[..count];
        return error;
    }

    public int WriteAttribute(SafeFileHandle file, string name, ReadOnlySpan<byte> value) =>
        Outcome(LibFiles.WriteAttribute(file, name, value, (nuint)value.Length, 0));

    public int SyncFileSystem(SafeFileHandle file) => Outcome(LibFiles.SyncFileSystem(file));

    public int CheckWritten(SafeFileHandle file) => Outcome(LibFiles.SyncRange(file, 0, 0, LibFiles.WaitBefore));

    public int Sync(SafeFileHandle file)
    {
        int error;
        do
        {
            error = Outcome(LibFiles.Sync(file));
        }
        while (error == Error.Interrupted);
        return error;
    }

    public int LockWhole(SafeFileHandle file) => Outcome(LibFiles.LockWhole(file, ExclusiveNonBlocking));

    public int LockRecord(SafeFileHandle file, out int holder)
    {
        // struct flock of 64-bit machines: kind 2, from where 2, start 8 at 8, length 8 at 16, holder 4 at 24.
        const int holderAt = 24;
        holder = 0;
        Span<byte> record = stackalloc byte[LockBytes];
        record.Clear();
        MemoryMarshal.Write(record, WriteLock);
        int error = Outcome(LibFiles.LockRecord(file, LibFiles.SetLock, record));
        if (error is not (Error.TryAgain or Error.AccessDenied))
            return error;
        record.Clear();
        MemoryMarshal.Write(record, WriteLock);
        if (LibFiles.LockRecord(file, LibFiles.GetLock, record) == 0)
            holder = Math.Max(0, MemoryMarshal.Read<int>(record[holderAt..]));
        return Error.TryAgain;
    }

    public int SetHostname(string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        return Outcome(LibFiles.SetHostname(text, (nuint)text.Length));
    }

    public void Pause(CancellationToken stop) => stop.WaitHandle.WaitOne(s_pause);

    private static PathKind Kind(int mode) => (mode & 0xF000) switch
    {
        0x8000 => PathKind.File,
        0x4000 => PathKind.Folder,
        0xA000 => PathKind.Link,
        _ => PathKind.Other,
    };

    private static string OwnLink(SafeFileHandle file) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}");

    private static int Outcome(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static int Counted(nint result, out int count)
    {
        count = (int)Math.Max(0, result);
        return result < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
