namespace CoreNode.Updates.Payload;

/// <summary>What an image is as a whole.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of these bytes.</param>
public sealed record PartitionInfo(ulong Size, byte[] Sha256);
