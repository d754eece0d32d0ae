using System.Text;
using CoreNode.Foundation;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>One frozen state: two tree roots and where they stand in the log.</summary>
internal sealed class Keyspace(
    TreeNode keys, TreeNode system, StoreIndex index, LogIndex appliedIndex, Term appliedTerm) : IKeyspace
{
    private static readonly KeyRecord s_root = KeyRecord.Directory("/"u8, 0, 0, 0);

    /// <summary>User keys and directories.</summary>
    public TreeNode Keys { get; } = keys;

    /// <summary>The store's own keys.</summary>
    public TreeNode System { get; } = system;

    /// <inheritdoc/>
    public StoreIndex Index { get; } = index;

    /// <inheritdoc/>
    public LogIndex AppliedIndex { get; } = appliedIndex;

    /// <inheritdoc/>
    public Term AppliedTerm { get; } = appliedTerm;

    /// <inheritdoc/>
    public long Count => Keys.Total;

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out KeyRecord record)
    {
        if (key.Length != 1)
            return TreeSearch.TryGet(Keys, key, out record);
        record = s_root;
        return true;
    }

    /// <inheritdoc/>
    public KeyError ExplainMissing(ReadOnlySpan<byte> key) => Missing.Explain(Keys, key, Index);

    /// <inheritdoc/>
    public IKeyCursor OpenCursor(ReadOnlyMemory<byte> directory) =>
        new TreeCursor(Keys, TreeCursor.PrefixOf(directory.Span));

    /// <inheritdoc/>
    public bool TryGetSystem(ReadOnlySpan<byte> name, out ReadOnlyMemory<byte> value)
    {
        bool isFound = TreeSearch.TryGet(System, name, out KeyRecord record);
        value = isFound ? record.Value.ToArray() : default;
        return isFound;
    }

    /// <inheritdoc/>
    public bool TryGetSystemRecord(ReadOnlySpan<byte> name, out KeyRecord record) =>
        TreeSearch.TryGet(System, name, out record);

    // A frozen root never changes again, and a change makes another one.
    /// <inheritdoc/>
    public object SystemIdentity => System;

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> ListSystem(string prefix)
    {
        List<KeyRecord> records = [];
        TreeCursor cursor = new(System, Encoding.UTF8.GetBytes(prefix));
        while (cursor.MoveNext())
            records.Add(cursor.Current);
        // The tree puts '/' first; callers are promised plain byte order.
        records.Sort(static (a, b) => a.Key.SequenceCompareTo(b.Key));
        return records.ConvertAll(static record => KeyValuePair.Create<string, ReadOnlyMemory<byte>>(
            Encoding.UTF8.GetString(record.Key), record.Value.ToArray()));
    }
}
