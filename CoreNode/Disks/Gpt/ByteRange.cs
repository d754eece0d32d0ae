namespace CoreNode.Disks.Gpt;

/// <summary>A piece of the disk.</summary>
/// <param name="Offset">Where it begins, in bytes from the start of the disk.</param>
/// <param name="Length">How many bytes.</param>
public sealed record ByteRange(long Offset, int Length);
