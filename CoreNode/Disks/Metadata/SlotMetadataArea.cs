using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Disks.Metadata;

/// <summary>The last MiB of a slot, where its metadata lies. One thread.</summary>
public static class SlotMetadataArea
{
    private const int BlockBytes = 4096;

    // Header and both parts at their longest.
    private const int MostBytes = (64 + 64 + 4) << 10;

    /// <summary>Where it begins.</summary>
    /// <exception cref="IOException">The slot is too small to have one.</exception>
    public static long OffsetIn(IBlockDevice slot)
    {
        if (slot.LengthBytes < 2L * SlotMetadataCodec.AreaBytes || slot.LengthBytes % BlockBytes != 0)
        {
            throw new IOException($"{slot.Path} has {slot.LengthBytes} bytes: a slot has at least 2 MiB and whole "
                + $"blocks of {BlockBytes}");
        }

        return slot.LengthBytes - SlotMetadataCodec.AreaBytes;
    }

    /// <summary>Reads what the disk holds, past the cache. A slot too small for metadata has none.</summary>
    public static SlotMetadataReading Read(IBlockDevice slot, SlotVerifier? verify)
    {
        if (slot.LengthBytes < 2L * SlotMetadataCodec.AreaBytes || slot.LengthBytes % BlockBytes != 0)
            return new SlotMetadataReading.Absent();
        byte[] area = new byte[MostBytes];
        slot.ReadBack(OffsetIn(slot), area);
        return SlotMetadataCodec.Read(area, verify);
    }

    /// <summary>
    /// Writes what <see cref="SlotMetadataCodec.Encode"/> gave, once everything else of the slot is on the disk.
    /// </summary>
    public static ReadBackWay Write(IBlockDevice slot, ReadOnlySpan<byte> encoded)
    {
        byte[] padded = new byte[(encoded.Length + BlockBytes - 1) / BlockBytes * BlockBytes];
        encoded.CopyTo(padded);
        return VerifiedWrite.Run(slot, [new GptWrite(OffsetIn(slot), padded)]);
    }

    /// <summary>
    /// Makes the slot one without metadata, before anything else of it is written: what is half written never passes
    /// for what was there before.
    /// </summary>
    public static ReadBackWay Clear(IBlockDevice slot) =>
        VerifiedWrite.Run(slot, [new GptWrite(OffsetIn(slot), new byte[BlockBytes])]);
}
