using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>
/// What tells one content of a file from the next without reading it. A file that was replaced by rename has another
/// inode; one that was written in place has other times, which the kernel moves on every few milliseconds only.
/// Links are followed.
/// </summary>
/// <param name="Inode">The file's number in its file system.</param>
/// <param name="LengthBytes">Its size.</param>
/// <param name="ModifiedNs">When the content was changed, nanoseconds since 1970.</param>
/// <param name="ChangedNs">When content, name or mode was changed, nanoseconds since 1970.</param>
/// <param name="Owner">User id of the owner.</param>
/// <param name="Group">Group id.</param>
/// <param name="Mode">Permission bits.</param>
public readonly record struct FileStamp(
    ulong Inode, long LengthBytes, long ModifiedNs, long ChangedNs, uint Owner, uint Group, UnixFileMode Mode)
{
    private const int StructureBytes = 256;
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>The stamp of a file; null if there is none, or none that may be looked at.</summary>
    public static FileStamp? Of(string path)
    {
        // Safety: statx(2) fills at most the 256 bytes of its structure, which is the same on every architecture.
        Span<byte> result = stackalloc byte[StructureBytes];
        int outcome;
        do
        {
            outcome = LibC.Stat(LibC.AtWorkingFolder, path, 0, LibC.StatBasic, result);
        }
        while (outcome != 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        if (outcome != 0)
            return null;
        return new FileStamp(
            MemoryMarshal.Read<ulong>(result[32..]),
            MemoryMarshal.Read<long>(result[40..]),
            Time(result[112..]),
            Time(result[96..]),
            MemoryMarshal.Read<uint>(result[20..]),
            MemoryMarshal.Read<uint>(result[24..]),
            (UnixFileMode)(MemoryMarshal.Read<ushort>(result[28..]) & 0xFFF));
    }

    private static long Time(ReadOnlySpan<byte> at) => unchecked(
        MemoryMarshal.Read<long>(at) * NsPerSecond + MemoryMarshal.Read<uint>(at[8..]));
}
