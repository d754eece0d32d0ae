namespace CoreNode.Platform;

/// <summary>
/// Stored bytes are not what was written. Never repaired silently: the node stops and says which file, where and what
/// to do.
/// </summary>
public sealed class CorruptionException(string path, long offset, string what, string whatToDo)
    : Exception($"{path} at offset {offset}: {what}. {whatToDo}")
{
    /// <summary>The damaged file.</summary>
    public string Path { get; } = path;

    /// <summary>Byte offset of the damage or of the record that holds it.</summary>
    public long Offset { get; } = offset;
}
