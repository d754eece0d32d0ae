using System.Buffers.Binary;
using System.Text;
using CoreNode.Cli.Payloads;
using CoreNode.Disks.Metadata;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Payload;

namespace CoreNode.Hosting.Payloads;

/// <summary>
/// What a slot with a new image shall say of itself: made and signed with the payload, so that no machine needs a
/// private key for it.
/// </summary>
internal static class SlotWords
{
    private const int SuperblockBytes = 512;

    /// <summary>Its bytes; empty without keys, or without a dm-verity tree to start from.</summary>
    /// <exception cref="IOException">There is no such tree in the image.</exception>
    public static byte[] Make(
        PayloadOrder order,
        IPayloadFile image,
        IPayloadFile? kernel,
        byte[]? kernelHash,
        IReadOnlyList<SigningKey> keys)
    {
        if (keys.Count == 0 || order.VerityRootHash.Length == 0)
            return [];
        SlotMetadata words = new()
        {
            Version = order.Version,
            Counter = order.Counter,
            Board = order.Board.Length > 0 ? order.Board : SlotMetadata.AnyBoard,
            Verity = ReadSuperblock(order, image),
            Kernels = kernel is null || kernelHash is null
                ? []
                : [new SlotKernel(Path.GetFileName(order.Kernel!), kernel.Length, kernelHash)],
        };
        return SlotMetadataCodec.Encode(words, SlotSignatures.By(keys));
    }

    // The dm-verity superblock of version 1, little-endian: 0 "verity\0\0", 8 version, 12 type of hash, 32 name of the
    // hash, 64 bytes of a data block, 68 of a hash block, 72 data blocks, 80 bytes of salt, 88 salt.
    private static SlotVerity ReadSuperblock(PayloadOrder order, IPayloadFile image)
    {
        byte[] block = new byte[SuperblockBytes];
        long offset = (long)Math.Min(order.VerityHashOffset, long.MaxValue);
        bool isThere = image.Length >= SuperblockBytes && offset <= image.Length - SuperblockBytes;
        if (isThere)
            image.Read(offset, block);
        if (!isThere || !block.AsSpan().StartsWith("verity\0\0"u8))
        {
            throw new IOException(
                $"{order.NewImage} has no dm-verity tree at byte {order.VerityHashOffset}: name with --verity-offset "
                + "where \"veritysetup format --hash-offset\" put it");
        }

        string hash = Encoding.ASCII.GetString(block.AsSpan(32, 32)).TrimEnd('\0');
        if (BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(8)) != 1 || hash != "sha256")
        {
            throw new IOException(
                $"{order.NewImage}: its dm-verity tree is of another kind than version 1 with sha256");
        }

        int saltBytes = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(80)), (ushort)256);
        byte[] salt = block.AsSpan(88, saltBytes).ToArray();
        if (order.VeritySalt.Length > 0 && !salt.AsSpan().SequenceEqual(order.VeritySalt))
            throw new IOException($"{order.NewImage}: its dm-verity tree has another salt than --verity-salt says");
        return new SlotVerity
        {
            DataBlockBytes = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(64)),
            HashBlockBytes = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(68)),
            DataBlocks = BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(72)),
            HashOffsetBytes = offset,
            RootHash = order.VerityRootHash,
            Salt = salt,
        };
    }
}
