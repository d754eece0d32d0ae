using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation;

/// <summary>The names of files: as the process sees them, as the disk holds them, and the changes in between.</summary>
internal sealed class SimulatedNames
{
    private readonly List<Change> _unsynced = [];
    private readonly SortedDictionary<string, SimulatedInode> _durable = new(StringComparer.Ordinal);

    /// <summary>As the process sees them.</summary>
    public SortedDictionary<string, SimulatedInode> Current { get; } = new(StringComparer.Ordinal);

    public void Link(string path, SimulatedInode inode) => Do(new Change(path, null, inode));

    public void Unlink(string path) => Do(new Change(path, null, null));

    public void Rename(string from, string to) => Do(new Change(from, to, Current[from]));

    public void SyncFolder(string folder)
    {
        foreach (Change change in _unsynced)
        {
            if (change.Folder == folder)
                change.Apply(_durable);
        }

        _unsynced.RemoveAll(change => change.Folder == folder);
    }

    /// <summary>The process died, the machine did not.</summary>
    public SimulatedNames AfterKill()
    {
        Dictionary<SimulatedInode, SimulatedInode> copies = [];
        SimulatedInode CopyOf(SimulatedInode inode)
        {
            if (!copies.TryGetValue(inode, out SimulatedInode? copy))
                copies[inode] = copy = inode.AfterKill();
            return copy;
        }

        SimulatedNames names = new();
        foreach ((string path, SimulatedInode inode) in Current)
            names.Current[path] = CopyOf(inode);
        foreach ((string path, SimulatedInode inode) in _durable)
            names._durable[path] = CopyOf(inode);
        foreach (Change change in _unsynced)
            names._unsynced.Add(change with { Inode = change.Inode is null ? null : CopyOf(change.Inode) });
        return names;
    }

    /// <summary>The machine lost power: unsynced changes are kept up to one of them, or each by itself.</summary>
    public SimulatedNames AfterPowerCut(Prng chance)
    {
        bool isOrdered = chance.Chance(0.5);
        int prefix = chance.Next(_unsynced.Count + 1);
        SortedDictionary<string, SimulatedInode> left = new(_durable, StringComparer.Ordinal);
        for (int i = 0; i < _unsynced.Count; i++)
        {
            if (isOrdered ? i < prefix : chance.Chance(0.5))
                _unsynced[i].Apply(left);
        }

        SimulatedNames names = new();
        Dictionary<SimulatedInode, SimulatedInode> copies = [];
        foreach ((string path, SimulatedInode inode) in left)
        {
            if (!copies.TryGetValue(inode, out SimulatedInode? copy))
                copies[inode] = copy = inode.AfterPowerCut(chance);
            names.Current[path] = copy;
            names._durable[path] = copy;
        }

        return names;
    }

    private void Do(Change change)
    {
        change.Apply(Current);
        _unsynced.Add(change);
    }

    /// <summary>
    /// A new name (inode), a rename (inode and target) or a removal (neither). A rename that is kept moves just the
    /// file that was renamed, whatever else bears the old name because changes before it were lost.
    /// </summary>
    private sealed record Change(string Path, string? Target, SimulatedInode? Inode)
    {
        public string Folder { get; } = System.IO.Path.GetDirectoryName(Target ?? Path)!;

        public void Apply(SortedDictionary<string, SimulatedInode> names)
        {
            if (Inode is not null && Target is null)
            {
                names[Path] = Inode;
                return;
            }

            if (Target is null || (names.TryGetValue(Path, out SimulatedInode? known) && known == Inode))
                names.Remove(Path);
            if (Target is not null)
                names[Target] = Inode!;
        }
    }
}
