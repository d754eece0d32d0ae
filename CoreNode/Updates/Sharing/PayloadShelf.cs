using System.Globalization;
using CoreNode.Platform;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// The files of what is kept for others: SHA256 is a whole payload, SHA256.FIRST.part what there is from that byte on.
/// A file's length says how much it has; what it has is verified by whoever uses it. Any thread.
/// </summary>
internal sealed class PayloadShelf(IFiles files, SharingOptions options, Func<long> freeBytes, TimeProvider time)
{
    private const string PartEnding = ".part";

    private readonly Lock _gate = new(); // _kept
    private readonly Dictionary<string, KeptPayload> _kept = new(StringComparer.Ordinal);
    private volatile string _coming = "";

    /// <summary>
    /// The payload that this node is about to keep: others may read that in the store before there is a file. Empty:
    /// none.
    /// </summary>
    public string Coming
    {
        get => _coming;
        set => _coming = value;
    }

    /// <summary>All that is kept.</summary>
    public IReadOnlyList<KeptPayload> All
    {
        get
        {
            lock (_gate)
                return [.. _kept.Values];
        }
    }

    /// <summary>Bytes of it.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (KeptPayload one in All)
                bytes += LengthOf(one);
            return bytes;
        }
    }

    /// <summary>Looks at what an earlier run left; what is nothing of ours by its name is removed.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public void Load()
    {
        files.CreateFolder(options.Folder);
        foreach (string name in files.List(options.Folder))
        {
            string path = Path.Combine(options.Folder, name);
            if (Parse(name, path) is { } kept && options.MostBytes > 0)
            {
                kept.IsFound = true;
                lock (_gate)
                {
                    if (_kept.TryAdd(kept.Sha256, kept))
                        continue;
                }
            }

            files.Delete(path);
        }
    }

    /// <summary>What is kept of a payload; null: nothing.</summary>
    public KeptPayload? Find(string sha256)
    {
        lock (_gate)
            return _kept.GetValueOrDefault(sha256);
    }

    /// <summary>Whether there is room for so much, once what others no longer ask for is removed.</summary>
    public bool HasRoom(string sha256, long bytes)
    {
        if (bytes > options.MostBytes)
            return false;
        long removable = 0;
        foreach (KeptPayload one in All)
            removable += one.Sha256 == sha256 ? 0 : LengthOf(one);
        return freeBytes() + removable - bytes >= options.FreeBytes;
    }

    /// <summary>Begins a file at that byte; the oldest others go where there is no room for both.</summary>
    /// <param name="sha256">The payload.</param>
    /// <param name="first">The first byte that will be in the file.</param>
    /// <param name="size">Bytes of the payload.</param>
    /// <param name="remove">Removes another one.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public KeptPayload Begin(string sha256, long first, long size, Action<KeptPayload> remove)
    {
        List<KeptPayload> others = [.. All];
        others.Sort(static (a, b) => b.Idle.CompareTo(a.Idle));
        long bytes = size - first;
        foreach (KeptPayload other in others)
        {
            if (Bytes + bytes <= options.MostBytes && freeBytes() - bytes >= options.FreeBytes)
                break;
            if (other.Sha256 != sha256)
                remove(other);
        }

        string path = Path.Combine(
            options.Folder, string.Create(CultureInfo.InvariantCulture, $"{sha256}.{first}{PartEnding}"));
        files.Delete(path);
        try
        {
            // What others write meanwhile takes none of its room.
            using IFile file = files.Open(path, create: true);
            file.Reserve(bytes);
        }
        catch (IOException)
        {
            files.Delete(path);
            throw;
        }

        KeptPayload kept = new(sha256, first, size, path, isWhole: false, time);
        lock (_gate)
            _kept[sha256] = kept;
        return kept;
    }

    /// <summary>Behind the last byte of the payload that is there.</summary>
    public long EndOf(KeptPayload kept) => kept.Base + LengthOf(kept);

    /// <summary>Takes back what is behind a byte.</summary>
    public void Cut(KeptPayload kept, long end)
    {
        using IFile file = files.Open(kept.Path, create: false);
        if (file.Length <= end - kept.Base)
            return;
        file.SetLength(Math.Max(0, end - kept.Base));
        // The cut gave the rest of its room back.
        file.Reserve(kept.Size - kept.Base);
    }

    /// <summary>All of it is there and verified: it gets its last name.</summary>
    public void Finish(KeptPayload kept)
    {
        if (kept.IsWhole || kept.Base > 0 || EndOf(kept) != kept.Size)
            return;
        string path = Path.Combine(options.Folder, kept.Sha256);
        files.Rename(kept.Path, path);
        kept.Finish(path);
    }

    /// <summary>Removes it.</summary>
    public void Remove(KeptPayload kept)
    {
        kept.End();
        lock (_gate)
            _kept.Remove(kept.Sha256);
        files.Delete(kept.Path);
    }

    private long LengthOf(KeptPayload kept)
    {
        try
        {
            using IFile file = files.Open(kept.Path, create: false);
            return file.Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private KeptPayload? Parse(string name, string path)
    {
        if (KeeperKeys.IsHash(name))
        {
            using IFile file = files.Open(path, create: false);
            return new KeptPayload(name, 0, file.Length, path, isWhole: true, time);
        }

        string[] parts = name.Split('.');
        bool isPart = parts.Length == 3 && "." + parts[2] == PartEnding && KeeperKeys.IsHash(parts[0]);
        return isPart && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long first)
            ? new KeptPayload(parts[0], first, 0, path, isWhole: false, time)
            : null;
    }
}
