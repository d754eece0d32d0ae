using CoreNode.Api.Wire;
using CoreNode.Store;

namespace CoreNode.Api;

/// <summary>
/// A directory on its way to being JSON, written piece by piece so that no listing is ever whole in memory. Hidden
/// keys are left out at every level below the directory itself.
/// </summary>
internal sealed class Listing
{
    // Records looked at between two looks at the clock of the caller, however little they write (hidden ones).
    private const int MaxStepsPerFill = 2048;

    private readonly IKeyCursor _cursor;
    private readonly Stack<Open> _open = new();
    private readonly KeyRecord _directory;
    private readonly bool _isRecursive;
    private readonly long _nowUnixNs;
    private bool _isStarted;

    public Listing(IKeyspace keyspace, KeyRecord directory, ReadOnlySpan<byte> key, bool isRecursive, long nowUnixNs)
    {
        _cursor = keyspace.OpenCursor(key.ToArray());
        _directory = directory;
        _isRecursive = isRecursive;
        _nowUnixNs = nowUnixNs;
    }

    /// <summary>
    /// Appends more of the answer, until about <paramref name="limitBytes"/> are in the buffer; true at the end.
    /// </summary>
    public bool Fill(JsonBuffer json, int limitBytes)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            json.Raw("{\"action\":\"get\",\"node\":"u8);
            Enter(json, _directory);
        }

        for (int steps = 0; steps < MaxStepsPerFill && json.Length < limitBytes; steps++)
        {
            if (!_cursor.MoveNext())
            {
                LeaveTo(json, 0);
                json.Raw("}\n"u8);
                return true;
            }

            Step(json);
        }

        return false;
    }

    private void Step(JsonBuffer json)
    {
        KeyRecord record = _cursor.Current;
        if (IsHidden(record.Key))
        {
            if (record.IsDirectory)
                _cursor.SkipSubtree();
            return;
        }

        LeaveTo(json, _cursor.Depth);
        Open parent = _open.Pop();
        json.Raw(parent.HasNodes ? ","u8 : ",\"nodes\":["u8);
        _open.Push(parent with { HasNodes = true });
        if (record.IsDirectory && _isRecursive)
        {
            Enter(json, record);
            return;
        }

        if (record.IsDirectory)
            _cursor.SkipSubtree();
        KeyJson.WriteNode(json, record, _nowUnixNs);
    }

    private void Enter(JsonBuffer json, KeyRecord directory)
    {
        KeyJson.OpenNode(json, directory, _nowUnixNs);
        _open.Push(new Open(directory, false));
    }

    private void LeaveTo(JsonBuffer json, int depth)
    {
        while (_open.Count > depth)
        {
            Open left = _open.Pop();
            if (left.HasNodes)
                json.Raw("]"u8);
            KeyJson.CloseNode(json, left.Directory);
        }
    }

    private static bool IsHidden(ReadOnlySpan<byte> key)
    {
        int slash = key.LastIndexOf((byte)'/');
        return slash + 1 < key.Length && key[slash + 1] == '_';
    }

    private readonly record struct Open(KeyRecord Directory, bool HasNodes);
}
