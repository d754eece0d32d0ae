using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>A naive store: keys and values, told change by change to a registry state.</summary>
internal sealed class RegistryTree
{
    private readonly SortedDictionary<string, KvNode> _keys = new(StringComparer.Ordinal);

    // They stay when their last key goes.
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal) { "" };

    public RegistryState State { get; private set; } = RegistryState.Empty(RegistryKeys.Default);

    private ulong _index;

    public IEnumerable<string> Keys => _keys.Keys;

    public void Set(string key, string value)
    {
        _index++;
        StoreIndex now = new(_index);
        StoreIndex created = _keys.TryGetValue(key, out KvNode? known) ? known.CreatedIndex : now;
        KvNode node = new() { Key = key, Value = value, CreatedIndex = created, ModifiedIndex = now };
        _keys[key] = node;
        for (int end = key.LastIndexOf('/'); end > 0; end = key.LastIndexOf('/', end - 1))
            _folders.Add(key[..end]);
        State = State.Apply(new KvChange(KeyAction.Set, node, known, now));
    }

    /// <summary>Removes a key, or a folder with all below it; nothing happens where there is none.</summary>
    public void Remove(string key)
    {
        if (!_keys.ContainsKey(key) && !_folders.Contains(key))
            return;
        _index++;
        foreach (string each in _keys.Keys.ToArray())
        {
            if (each == key || each.StartsWith(key + "/", StringComparison.Ordinal))
                _keys.Remove(each);
        }

        _folders.RemoveWhere(f => f.Length > 0
            && (f == key || f.StartsWith(key + "/", StringComparison.Ordinal)));

        KvNode gone = new() { Key = key, IsDirectory = true, ModifiedIndex = new StoreIndex(_index) };
        State = State.Apply(new KvChange(KeyAction.Delete, gone, null, gone.ModifiedIndex));
    }

    /// <summary>All of it as a recursive listing of the root.</summary>
    public KvNode Listing() => Folder("");

    private KvNode Folder(string path)
    {
        List<KvNode> nodes = [];
        foreach (string folder in _folders)
        {
            if (IsIn(folder, path))
                nodes.Add(Folder(folder));
        }

        foreach (KvNode node in _keys.Values)
        {
            if (IsIn(node.Key, path))
                nodes.Add(node);
        }

        return new KvNode { Key = path, IsDirectory = true, Nodes = nodes };
    }

    private static bool IsIn(string key, string folder) =>
        key.Length > folder.Length && key.LastIndexOf('/') == folder.Length
        && key.StartsWith(folder, StringComparison.Ordinal);
}
