using System.Security.Cryptography;
using CoreNode.Disks.Metadata;
using CoreNode.Platform.Blocks;

namespace CoreNode.Images;

/// <summary>
/// Whether a slot is what somebody trusted signed, all of it: its metadata by the signature, its data and the tree of
/// hashes by the root hash in there. So is its kernel, which lies among the data.
/// </summary>
public static class SlotCheck
{
    private const int HashBytes = 32;
    private const long MostBlocks = 1 << 24;
    private const long Step = 16 << 20;

    /// <summary>What the slot says of itself.</summary>
    /// <exception cref="IOException">It is not; the message says what to do.</exception>
    public static SlotMetadata Run(IBlockDevice slot, SlotVerifier verify, InstallProgress progress)
    {
        SlotMetadata metadata = SlotMetadataArea.Read(slot, verify) switch
        {
            SlotMetadataReading.Trusted trusted => trusted.Metadata,
            SlotMetadataReading.Absent => throw Refused(slot, "is not signed: it says nothing of itself"),
            SlotMetadataReading.Damaged damaged => throw Refused(slot, $"is damaged: {damaged.Reason}"),
            SlotMetadataReading.TooNew newer => throw Refused(
                slot, $"says of itself in format version {newer.FormatVersion}, which needs a newer corenode"),
            SlotMetadataReading.Untrusted one => throw Refused(
                slot, $"holds {one.Metadata.Version} for {one.Metadata.Board}, but {one.Reason} (see --keys)"),
            _ => throw new InvalidOperationException("an unknown kind of reading"),
        };
        if (Fault(slot, metadata.Verity, progress) is { } fault)
            throw Refused(slot, $"is damaged: {fault}");
        return metadata;
    }

    private static IOException Refused(IBlockDevice slot, string why) =>
        new($"{slot.Path} {why}; nothing was written");

    // dm-verity, version 1: the hash of salt and block; hashes fill blocks that are hashed likewise, up to one block.
    private static string? Fault(IBlockDevice slot, SlotVerity verity, InstallProgress progress)
    {
        long treeBlocks = 0;
        int perBlock = verity.HashBlockBytes / HashBytes;
        for (long left = verity.DataBlocks; left > 1;)
        {
            left = (left + perBlock - 1) / perBlock;
            treeBlocks += left;
        }

        long treeAt = verity.HashOffsetBytes + verity.HashBlockBytes;
        if (verity.DataBlocks > MostBlocks || verity.DataBlocks * verity.DataBlockBytes > verity.HashOffsetBytes
            || treeAt + treeBlocks * verity.HashBlockBytes > slot.LengthBytes - SlotMetadataCodec.AreaBytes)
        {
            return "its hashes do not fit into it";
        }

        byte[] hashes = HashData(slot, verity, progress);
        byte[] tree = new byte[checked((int)(treeBlocks * verity.HashBlockBytes))];
        slot.Read(treeAt, tree);
        // The tree lies with its top first.
        int end = tree.Length;
        while (hashes.Length > HashBytes)
        {
            int blocks = (hashes.Length / HashBytes + perBlock - 1) / perBlock;
            byte[] level = new byte[blocks * verity.HashBlockBytes];
            hashes.CopyTo(level, 0);
            end -= level.Length;
            if (!tree.AsSpan(end, level.Length).SequenceEqual(level))
                return "its blocks and their hashes differ";
            hashes = Hash(level, verity.HashBlockBytes, verity.Salt.Span);
        }

        return hashes.AsSpan().SequenceEqual(verity.RootHash.Span) ? null : "its blocks are not those that were signed";
    }

    private static byte[] HashData(IBlockDevice slot, SlotVerity verity, InstallProgress progress)
    {
        long total = verity.DataBlocks * verity.DataBlockBytes;
        byte[] hashes = new byte[verity.DataBlocks * HashBytes];
        byte[] piece = new byte[1 << 20];
        for (long at = 0, told = 0; at < total;)
        {
            int length = (int)Math.Min(piece.Length, total - at);
            slot.Read(at, piece.AsSpan(0, length));
            byte[] some = Hash(piece.AsSpan(0, length), verity.DataBlockBytes, verity.Salt.Span);
            some.CopyTo(hashes, at / verity.DataBlockBytes * HashBytes);
            at += length;
            if (at - told >= Step || at == total)
                progress("checking", told = at, total);
        }

        return hashes;
    }

    private static byte[] Hash(ReadOnlySpan<byte> blocks, int blockBytes, ReadOnlySpan<byte> salt)
    {
        byte[] salted = new byte[salt.Length + blockBytes];
        salt.CopyTo(salted);
        byte[] hashes = new byte[blocks.Length / blockBytes * HashBytes];
        for (int at = 0, to = 0; at < blocks.Length; at += blockBytes, to += HashBytes)
        {
            blocks.Slice(at, blockBytes).CopyTo(salted.AsSpan(salt.Length));
            SHA256.HashData(salted, hashes.AsSpan(to, HashBytes));
        }

        return hashes;
    }
}
