namespace CoreNode.Platform;

/// <summary>
/// No room left on the file system or in the quota (ENOSPC, EDQUOT). Callers refuse writes, reads go on.
/// </summary>
public sealed class DiskFullException(string path, Exception? inner = null)
    : IOException($"{path}: no space left on the file system; free some, then writes are accepted again", inner)
{
    /// <summary>The file that could not grow.</summary>
    public string Path { get; } = path;
}
