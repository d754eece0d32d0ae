using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// The folders that a run works in, each opened once: cleared of what a killed run left when it is come to, synced if a
/// name in it was changed. Hands out names for what is made beside.
/// </summary>
internal sealed class FolderDesk(ICalls calls) : IDisposable
{
    /// <summary>How names begin that only a run that is under way may have.</summary>
    public const string Prefix = ".corenode-new-";

    private readonly Dictionary<string, OpenNode> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _cleared = new(StringComparer.Ordinal);
    private int _names;

    /// <summary>The folder of a spot, which must be there.</summary>
    public SafeFileHandle Take(Spot spot)
    {
        string identity = spot.State.Identity;
        if (_open.TryGetValue(identity, out OpenNode? open))
            return open.Handle;
        Error.Check(
            calls.Open(spot.Folder, ".", OpenFlags.WholeFolder, 0, out SafeFileHandle folder), spot.Path,
            $"cannot be worked on: its folder {spot.Real} cannot be opened");
        _open.Add(identity, new OpenNode(folder, spot.State, spot.Real));
        if (_cleared.Add(identity))
            Clear(folder, spot.Real);
        return folder;
    }

    /// <summary>A name in it was changed.</summary>
    public void Change(Spot spot)
    {
        Take(spot);
        _changed.Add(spot.State.Identity);
    }

    /// <summary>A name in a folder that was taken before was changed.</summary>
    public void Change(string identity) => _changed.Add(identity);

    /// <summary>A file or folder itself was changed; it is closed here.</summary>
    public void Change(SafeFileHandle file, NodeState state, string path)
    {
        if (!_open.TryAdd(state.Identity, new OpenNode(file, state, path)))
            file.Dispose();
        _changed.Add(state.Identity);
    }

    /// <summary>A name that nothing bears.</summary>
    public string NextName() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{_names++}");

    /// <summary>All that was changed is on the disk, and all is closed.</summary>
    public void SyncAll()
    {
        List<OpenNode> changed = [];
        foreach (string identity in _changed)
            changed.Add(_open[identity]);
        OpenNode.Sync(calls, changed);
        Close();
    }

    /// <summary>What has not got its place yet goes, as far as it can.</summary>
    public void DropUnplaced()
    {
        foreach (OpenNode open in _open.Values)
        {
            if (calls.Open(open.Handle, ".", OpenFlags.WholeFolder, 0, out SafeFileHandle folder) != 0)
                continue;
            using (folder)
                Clear(folder, "");
        }
    }

    public void Dispose() => Close();

    private void Clear(SafeFileHandle folder, string path)
    {
        List<string> names = [];
        if (calls.List(folder, names) != 0)
            return;
        foreach (string name in names)
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            try
            {
                TreeRemoval.Remove(calls, folder, name, $"{path}/{name}");
            }
            catch (IOException)
            {
                // It is in nobody's way: names that are taken are passed over. A user must not stop a run by one.
            }
        }
    }

    private void Close()
    {
        foreach (OpenNode open in _open.Values)
            open.Handle.Dispose();
        _open.Clear();
        _changed.Clear();
    }
}
