using System.Runtime.InteropServices;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// What a file keeps of the one that it replaces besides owner and mode: its access list, its label (SELinux, Smack),
/// and what people noted with it (user.*). Not what vouches for the old content (capabilities, IMA, EVM), nor what a
/// file system keeps there for itself. Where the new one cannot have it, it goes without.
/// </summary>
internal static class KeptAttributes
{
    private const string AccessList = "system.posix_acl_access";
    private static readonly string[] s_ofContent = ["security.capability", "security.ima", "security.evm"];

    /// <summary>Copies them to a file that gets that mode right after.</summary>
    public static void Copy(ICalls calls, Spot spot, NodeState old, SafeFileHandle file, int mode)
    {
        if (old.Kind != PathKind.File
            || calls.Open(spot.Folder, spot.Name, OpenFlags.Named, 0, out SafeFileHandle from) != 0)
        {
            return;
        }

        using SafeFileHandle held = from;
        List<string> names = [];
        if (calls.Stat(from, "", out NodeState now) != 0 || !now.IsSame(old) || calls.ListAttributes(from, names) != 0)
            return;
        foreach (string name in names)
        {
            if (!IsKept(name) || calls.ReadAttribute(from, name, out byte[] value) != 0)
                continue;
            if (name == AccessList)
                SetMode(value, mode);
            int error = calls.WriteAttribute(file, name, value);
            if (error is not (Error.NotSupported or Error.NotPermitted or Error.AccessDenied or Error.Invalid))
                Error.Check(error, spot.Path, $"cannot get the attribute {name} of the file it replaces");
        }
    }

    private static bool IsKept(string name) => name == AccessList
        || name.StartsWith("user.", StringComparison.Ordinal)
        || (name.StartsWith("security.", StringComparison.Ordinal) && Array.IndexOf(s_ofContent, name) < 0);

    // As chmod(2) does it (acl(5)): so the list never permits more than the new mode, not even for a moment. After four
    // bytes of version come entries of kind 2, rights 2, number 4.
    private static void SetMode(Span<byte> list, int mode)
    {
        const int start = 4;
        const int entryBytes = 8;
        const ushort owner = 1;
        const ushort group = 4;
        const ushort mask = 0x10;
        const ushort other = 0x20;
        bool hasMask = false;
        for (int at = start; at + entryBytes <= list.Length; at += entryBytes)
            hasMask |= MemoryMarshal.Read<ushort>(list[at..]) == mask;
        for (int at = start; at + entryBytes <= list.Length; at += entryBytes)
        {
            ushort kind = MemoryMarshal.Read<ushort>(list[at..]);
            int shift = kind == owner ? 6 : kind == (hasMask ? mask : group) ? 3 : kind == other ? 0 : -1;
            if (shift >= 0)
                MemoryMarshal.Write(list[(at + sizeof(ushort))..], (ushort)((mode >> shift) & 7));
        }
    }
}
