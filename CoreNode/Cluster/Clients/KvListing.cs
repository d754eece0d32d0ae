using CoreNode.Store;

namespace CoreNode.Cluster.Clients;

/// <summary>A directory with what is in it, hidden keys left out at every level below it.</summary>
internal static class KvListing
{
    /// <summary>One level, or all of them.</summary>
    internal static KvNode Read(
        IKeyspace keyspace, KeyRecord directory, byte[] key, bool isRecursive, long nowUnixNs)
    {
        IKeyCursor cursor = keyspace.OpenCursor(key);
        Stack<Open> open = new();
        open.Push(new Open(directory));
        while (cursor.MoveNext())
        {
            KeyRecord record = cursor.Current;
            if (IsHidden(record.Key))
            {
                if (record.IsDirectory)
                    cursor.SkipSubtree();
                continue;
            }

            Close(open, cursor.Depth, nowUnixNs);
            if (record.IsDirectory && isRecursive)
            {
                open.Push(new Open(record));
                continue;
            }

            if (record.IsDirectory)
                cursor.SkipSubtree();
            open.Peek().Nodes.Add(KvText.Node(record, nowUnixNs));
        }

        Close(open, 1, nowUnixNs);
        Open root = open.Pop();
        return KvText.Node(root.Directory, nowUnixNs, root.Nodes);
    }

    private static void Close(Stack<Open> open, int depth, long nowUnixNs)
    {
        while (open.Count > depth)
        {
            Open left = open.Pop();
            open.Peek().Nodes.Add(KvText.Node(left.Directory, nowUnixNs, left.Nodes));
        }
    }

    private static bool IsHidden(ReadOnlySpan<byte> key)
    {
        int slash = key.LastIndexOf((byte)'/');
        return slash + 1 < key.Length && key[slash + 1] == '_';
    }

    private sealed class Open(KeyRecord directory)
    {
        internal KeyRecord Directory { get; } = directory;

        internal List<KvNode> Nodes { get; } = [];
    }
}
