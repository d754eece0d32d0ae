namespace CoreNode.Disks.Metadata;

/// <summary>A file of the slot that a boot stage starts, and its hash.</summary>
/// <param name="Path">Where it is in the slot's file system, without a slash before it: "boot/vmlinuz".</param>
/// <param name="LengthBytes">How long it is.</param>
/// <param name="Sha256">32 bytes.</param>
public sealed record SlotKernel(string Path, long LengthBytes, ReadOnlyMemory<byte> Sha256);
