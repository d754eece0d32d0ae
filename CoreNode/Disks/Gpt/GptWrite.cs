namespace CoreNode.Disks.Gpt;

/// <summary>Bytes that are to be written, whole sectors.</summary>
/// <param name="Offset">Where, in bytes from the start of the disk.</param>
/// <param name="Data">What.</param>
public sealed record GptWrite(long Offset, ReadOnlyMemory<byte> Data);
