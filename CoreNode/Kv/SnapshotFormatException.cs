namespace CoreNode.Kv;

/// <summary>
/// The bytes are not a complete, undamaged snapshot that this version can read. Whoever knows the file adds its name.
/// </summary>
public sealed class SnapshotFormatException(string message, long offset)
    : FormatException($"{message} (at byte {offset})")
{
    /// <summary>Where in the snapshot the damage was met, in bytes from its start.</summary>
    public long Offset { get; } = offset;
}
