using System.Buffers.Binary;
using System.Text;
using CoreNode.Platform;

namespace CoreNode.Cluster;

/// <summary>
/// Replaces a replica's log and snapshot by others as one step: they are prepared in a folder beside, a note that lists
/// them is the decision, and what the note says is done again at every start until it is finished. So whatever the
/// moment of a crash, the folder holds the whole old state or the whole new one. See docs/formats.md, "Replacement".
/// </summary>
internal static class StateReplacement
{
    private const string NoteName = "replacement";
    private const ushort Version = 1;
    private const int HeaderBytes = 12;

    private static readonly string[] s_parts = ["wal", "snap"];

    private static ReadOnlySpan<byte> Magic => "CNREPLAC"u8;

    /// <summary>Makes the folder for the new state, empty; its log goes into wal, its snapshot into snap.</summary>
    internal static string Prepare(IFiles files, string folder)
    {
        string next = Path.Combine(folder, "next");
        foreach (string part in s_parts)
        {
            files.CreateFolder(Path.Combine(next, part));
            foreach (string name in files.List(Path.Combine(next, part)))
                files.Delete(Path.Combine(next, part, name));
            files.SyncFolder(Path.Combine(next, part));
        }

        return next;
    }

    /// <summary>Decides for the prepared state, whose files are durable, and puts it in place.</summary>
    internal static void Commit(IFiles files, string folder)
    {
        List<string> names = [];
        foreach (string part in s_parts)
            names.AddRange(files.List(Path.Combine(folder, "next", part)).Select(name => $"{part}/{name}"));
        string note = Path.Combine(folder, NoteName);
        using (IFile file = files.Open(note + ".tmp", create: true))
        {
            file.SetLength(0);
            file.Write(0, Encode(names));
            file.Sync();
        }

        files.Rename(note + ".tmp", note);
        files.SyncFolder(folder);
        Finish(files, folder);
    }

    /// <summary>
    /// Finishes what a crash interrupted after the decision; called before anything else reads the folder.
    /// </summary>
    /// <exception cref="CorruptionException">The note is damaged, or a file that it names is missing.</exception>
    internal static void Finish(IFiles files, string folder)
    {
        string note = Path.Combine(folder, NoteName);
        if (!files.Exists(note))
            return;
        List<string> names = Read(files, note);
        foreach (string part in s_parts)
            files.CreateFolder(Path.Combine(folder, part));
        foreach (string name in names)
            Move(files, folder, name, note);
        foreach (string part in s_parts)
            files.SyncFolder(Path.Combine(folder, part));
        foreach (string part in s_parts)
            RemoveOthers(files, Path.Combine(folder, part), [.. names.Select(Path.GetFileName).OfType<string>()]);

        // The new state is that of a member which may take part, whatever the old one had come to.
        StopNote.Remove(files, folder);
        files.Delete(note);
        files.SyncFolder(folder);
    }

    private static void Move(IFiles files, string folder, string name, string note)
    {
        string from = Path.Combine(folder, "next", name);
        string to = Path.Combine(folder, name);
        if (files.Exists(from))
            files.Rename(from, to);
        else if (!files.Exists(to))
        {
            throw new CorruptionException(
                note, 0, $"{name} of a replacement is neither prepared nor in place",
                "Restore the data folder from a backup");
        }
    }

    private static void RemoveOthers(IFiles files, string folder, HashSet<string> kept)
    {
        foreach (string name in files.List(folder))
        {
            if (!kept.Contains(name))
                files.Delete(Path.Combine(folder, name));
        }

        files.SyncFolder(folder);
    }

    // Magic, version (u16), count (u16), each name with its length (u16), checksum of all before.
    private static byte[] Encode(List<string> names)
    {
        byte[] note = new byte[HeaderBytes + names.Sum(name => 2 + Encoding.UTF8.GetByteCount(name)) + 4];
        Magic.CopyTo(note);
        BinaryPrimitives.WriteUInt16LittleEndian(note.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(note.AsSpan(10), (ushort)names.Count);
        int at = HeaderBytes;
        foreach (string name in names)
        {
            int length = Encoding.UTF8.GetBytes(name, note.AsSpan(at + 2));
            BinaryPrimitives.WriteUInt16LittleEndian(note.AsSpan(at), (ushort)length);
            at += 2 + length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(at), Crc32C.Compute(note.AsSpan(0, at)));
        return note;
    }

    private static List<string> Read(IFiles files, string path)
    {
        using IFile file = files.Open(path, create: false);
        byte[] note = new byte[file.Length];
        int length = file.Read(0, note);
        bool isWhole = length == note.Length && length >= HeaderBytes + 4
            && note.AsSpan(0, 8).SequenceEqual(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(note.AsSpan(length - 4)) == Crc32C.Compute(note.AsSpan(..^4));
        ushort version = isWhole ? BinaryPrimitives.ReadUInt16LittleEndian(note.AsSpan(8)) : (ushort)0;
        if (version != Version)
        {
            throw new CorruptionException(
                path, 0, isWhole ? $"replacement format version {version}, this program reads {Version}"
                    : "the note of a replacement is damaged",
                "Restore the data folder from a backup");
        }

        List<string> names = [];
        int at = HeaderBytes;
        for (int i = BinaryPrimitives.ReadUInt16LittleEndian(note.AsSpan(10)); i > 0; i--)
        {
            int bytes = BinaryPrimitives.ReadUInt16LittleEndian(note.AsSpan(at));
            names.Add(Encoding.UTF8.GetString(note.AsSpan(at + 2, bytes)));
            at += 2 + bytes;
        }

        return names;
    }
}
