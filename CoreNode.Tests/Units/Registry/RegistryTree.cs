using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>A naive store: keys and values, told change by change to a registry state.</summary>
internal sealed class RegistryTree
{
    private readonly SortedDictionary<string, KvNode> _keys = new(StringComparer.Ordinal);

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
        State = State.Apply(new KvChange(KeyAction.Set, node, known, now));
    }

    public void Remove(string key)
    {
        _index++;
        foreach (string each in _keys.Keys.ToArray())
        {
            if (each == key || each.StartsWith(key + "/", StringComparison.Ordinal))
                _keys.Remove(each);
        }

        KvNode gone = new() { Key = key, IsDirectory = true, ModifiedIndex = new StoreIndex(_index) };
        State = State.Apply(new KvChange(KeyAction.Delete, gone, null, gone.ModifiedIndex));
    }

    /// <summary>All of it as a recursive listing of the root.</summary>
    public KvNode Listing() => Directory("", _keys.Values.ToArray());

    private static KvNode Directory(string path, KvNode[] below)
    {
        List<KvNode> nodes = [];
        foreach (IGrouping<string, KvNode> group in below.GroupBy(n => n.Key[(path.Length + 1)..].Split('/')[0]))
        {
            string child = $"{path}/{group.Key}";
            nodes.Add(group.Count() == 1 && group.First().Key == child
                ? group.First()
                : Directory(child, group.ToArray()));
        }

        return new KvNode { Key = path, IsDirectory = true, Nodes = nodes };
    }
}
